import { call } from '../contract/client.ts';
import { remoteList } from './remote-list.ts';

const rules = remoteList(() => call('routing.list', {}));
const health = remoteList(() => call('routing.health', {}));
const unreadable = remoteList(() => call('routing.unreadable', {}));
export const { use: useRouting } = rules;
/** Whom the rules are for because of which the list was refused; null: one that does not say. */
export const { use: useUnreadableRules } = unreadable;

/** A list that was refused is followed by what it was refused for. */
export async function loadRouting(): Promise<void> {
  await rules.load();
  if (rules.use.getState().error?.code === 'integrity_failure') await unreadable.load();
  else unreadable.drop();
}

/** How the credentials of the pools do. The core tells of no change, so it is read again while it is looked at. */
export const { use: usePoolHealth, load: loadPoolHealth } = health;

export function dropRouting(): void {
  rules.drop();
  unreadable.drop();
  health.drop();
}

export function refreshRouting(): void {
  if (rules.use.getState().state !== 'idle') void loadRouting();
  health.refresh();
}
