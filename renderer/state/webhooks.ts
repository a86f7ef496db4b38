import { call } from '../contract/client.ts';
import { remoteList } from './remote-list.ts';

/** Addresses without what may be a secret in them; a signing secret never comes in here. */
const webhooks = remoteList(() => call('webhooks.list', {}));
export const { use: useWebhooks, drop: dropWebhooks, load: loadWebhooks, refresh: refreshWebhooks } = webhooks;
