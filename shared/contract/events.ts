import { z } from 'zod';
import { accessRequest } from './access.ts';
import * as s from './schemas.ts';

/** Everything the core tells its windows and subscribers without being asked. Never a secret. */
export const events = {
  'vault.unlocked': z.strictObject({}),
  'vault.locked': z.strictObject({ reason: z.enum(['asked', 'idle', 'screen-lock', 'suspend', 'failures', 'quit']) }),
  /** Auto-lock is near; any activity calls it off. */
  'vault.lockWarning': z.strictObject({ locksAt: s.timestamp }),
  'vault.lockWarningOver': z.strictObject({}),
  /** `ids` null: read the whole list again. */
  'credentials.changed': z.strictObject({ ids: z.array(s.credentialId).nullable() }),
  /** The daily check found that keys which worked before are refused now. */
  'credentials.died': z.strictObject({ ids: z.array(s.credentialId) }),
  /** An own provider came, went or changed. */
  'providers.changed': z.strictObject({}),
  'clients.changed': z.strictObject({}),
  'endpoint.changed': s.endpointStatus,
  /** Somebody asks for access; the owner's panel or `keyharbor approve` answers. */
  'access.requested': accessRequest,
  'access.settled': z.strictObject({ id: z.string(), granted: z.boolean() }),
  'grants.changed': z.strictObject({}),
  'routing.changed': z.strictObject({}),
  'settings.changed': s.settings,
  /** Calls were counted. Never more than one a second. */
  'usage.recorded': z.strictObject({
    requests: z.int(),
    providers: z.array(z.string()),
    /** Client ids. */
    clients: z.array(z.string()),
  }),
  'clipboard.cleared': z.strictObject({}),
} as const;

export type EventName = keyof typeof events;
export type EventData<E extends EventName> = z.output<(typeof events)[E]>;
