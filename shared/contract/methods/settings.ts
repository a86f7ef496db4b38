import { z } from 'zod';
import { BOTH, method, nothing } from '../method.ts';
import { appSettings, settings, vaultSettings } from '../schemas.ts';

export const settingsMethods = {
  'settings.get': method({ callers: BOTH, states: 'any', input: nothing, output: settings }),
  /** `vault` may be given only while unlocked. */
  'settings.set': method({
    callers: BOTH,
    states: 'any',
    input: z.strictObject({
      app: appSettings.omit({ endpointOn: true, endpointPort: true }).partial().optional(),
      vault: vaultSettings.partial().optional(),
    }),
    output: settings,
  }),
} as const;
