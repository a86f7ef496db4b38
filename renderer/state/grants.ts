import { call } from '../contract/client.ts';
import { remoteList } from './remote-list.ts';

/** What the owner allowed and the gate remembers; the grants of a client's token are with the client. */
const grants = remoteList(() => call('grants.list', {}));
export const { use: useGrants, drop: dropGrants, load: loadGrants, refresh: refreshGrants } = grants;
