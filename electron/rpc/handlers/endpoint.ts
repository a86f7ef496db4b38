import type { App } from '../../core/app.ts';
import type { Area } from '../caller.ts';

export function endpointHandlers({ endpoint, settings }: App): Area<'endpoint'> {
  return {
    'endpoint.status': () => endpoint.status(),
    'endpoint.on': async ({ port }, { actor }) => {
      const asked = port ?? settings.app().endpointPort;
      const stays = port === undefined && endpoint.status().on;
      const status = await endpoint.on({ port: stays ? undefined : asked, actor });
      // What was asked for is kept, not the port that the system picked for 0.
      settings.setEndpoint({ on: true, port: asked });
      return status;
    },
    'endpoint.off': async (_input, { actor }) => {
      const status = await endpoint.off(actor);
      settings.setEndpoint({ on: false });
      return status;
    },
  };
}
