import type { ClientSummary } from '../../shared/contract/schemas.ts';
import { call } from '../contract/client.ts';
import { remoteList } from './remote-list.ts';

const clients = remoteList(() => call('clients.list', {}));
export const { use: useClients, drop: dropClients, load: loadClients, refresh: refreshClients } = clients;

/** What an act answered takes its place in the list at once. */
export function keepClient(changed: ClientSummary): void {
  useClients.setState(({ list }) => ({ list: list.map((one) => (one.id === changed.id ? changed : one)) }));
}
