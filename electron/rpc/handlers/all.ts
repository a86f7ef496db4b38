import type { Handlers } from '../../../shared/contract/handlers.ts';
import type { App } from '../../core/app.ts';
import type { CallContext } from '../caller.ts';
import { accessHandlers } from './access.ts';
import { appHandlers } from './app.ts';
import { auditHandlers } from './audit.ts';
import { clientHandlers } from './clients.ts';
import { credentialHandlers } from './credentials.ts';
import { endpointHandlers } from './endpoint.ts';
import { notificationHandlers, webhookHandlers } from './notifications.ts';
import { priceHandlers, usageRecordHandlers } from './prices.ts';
import { providerHandlers } from './providers.ts';
import { quotaHandlers } from './quotas.ts';
import { routingHandlers } from './routing.ts';
import { settingsHandlers } from './settings.ts';
import { usageHandlers } from './usage.ts';
import { vaultHandlers } from './vault.ts';

/** Every method of the contract: the compiler says so when one is missing. */
export function allHandlers(app: App): Handlers<CallContext> {
  return {
    ...appHandlers(app),
    ...vaultHandlers(app),
    ...providerHandlers(app),
    ...credentialHandlers(app),
    ...clientHandlers(app),
    ...accessHandlers(app),
    ...endpointHandlers(app),
    ...quotaHandlers(app),
    ...notificationHandlers(app),
    ...webhookHandlers(app),
    ...routingHandlers(app),
    ...settingsHandlers(app),
    ...auditHandlers(app),
    ...usageHandlers(app),
    ...usageRecordHandlers(app),
    ...priceHandlers(app),
  };
}
