import { METRICS_TYPE } from '../../metrics/registry.ts';
import { send } from '../answer.ts';
import type { RequestDeps } from '../request-deps.ts';
import type { ClientRoute } from '../route.ts';

export function metricsRoutes({ metrics, vault }: RequestDeps): readonly ClientRoute[] {
  return [
    {
      id: 'getMetrics',
      tag: 'endpoint',
      method: 'GET',
      path: '/metrics',
      access: { kind: 'grant', grant: 'metrics:read' },
      summary: 'Figures for Prometheus',
      description: 'Text format 0.0.4. No client and no label of a credential is named in it.',
      answers: {
        200: {
          description: 'All figures since the start of the program.',
          type: 'text/plain',
          schema: null,
          example: '# TYPE keyharbor_vault_unlocked gauge\nkeyharbor_vault_unlocked 1\n',
        },
      },
      handle({ response }) {
        metrics.unlocked.set({}, vault.state === 'unlocked' ? 1 : 0);
        send(response, 200, METRICS_TYPE, metrics.registry.text());
      },
    },
  ];
}
