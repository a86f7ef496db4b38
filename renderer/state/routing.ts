import { call } from '../contract/client.ts';
import { remoteList } from './remote-list.ts';

const rules = remoteList(() => call('routing.list', {}));
const health = remoteList(() => call('routing.health', {}));
export const { use: useRouting, load: loadRouting } = rules;
/** How the credentials of the pools do. The core tells of no change, so it is read again while it is looked at. */
export const { use: usePoolHealth, load: loadPoolHealth } = health;

export function dropRouting(): void {
  rules.drop();
  health.drop();
}

export function refreshRouting(): void {
  rules.refresh();
  health.refresh();
}
