import type { AgentClient } from './agent-client.ts';
import type { Spot } from './complete-words.ts';
import { attach } from './connect.ts';

/** A shell waits for this at each Tab: later than this nothing is better than a name. */
const PATIENCE_MS = 400;

/** What a place on the command line takes, beside words that are always the same. */
type Kind =
  | 'refs'
  | 'binned'
  | 'providers'
  | 'clients'
  | 'client-grants'
  | 'grants'
  | 'variables'
  | 'quotas'
  | 'webhooks'
  | 'own-providers'
  | 'rules'
  | 'requests'
  | 'proposals'
  | 'lines'
  | 'dead-deliveries'
  | 'actors'
  | 'backups'
  | 'replaced';

const AFTER_OPTION: Readonly<Record<string, Kind>> = {
  '--provider': 'providers',
  '--grant': 'client-grants',
  '--ref': 'refs',
  '--env': 'variables',
  '--credential': 'refs',
  '--webhook': 'webhooks',
  '--client': 'clients',
  '--critical-client': 'clients',
  '--who': 'actors',
};
const AFTER_COMMAND: Readonly<Record<string, Kind>> = {
  get: 'refs',
  show: 'refs',
  edit: 'refs',
  test: 'refs',
  rotate: 'refs',
  suspend: 'refs',
  reinstate: 'refs',
  revoke: 'refs',
  delete: 'refs',
  restore: 'binned',
  purge: 'binned',
  add: 'providers',
  providers: 'providers',
  'prices set': 'providers',
  'prices tier': 'providers',
  'prices remove': 'providers',
  'usage reconcile': 'providers',
  'client revoke': 'clients',
  'client rotate': 'clients',
  'client narrow': 'clients',
  'grant revoke': 'grants',
  'grant narrow': 'grants',
  'quota set': 'quotas',
  'quota remove': 'quotas',
  'quota what-if': 'quotas',
  'quota history': 'quotas',
  'backup restore': 'backups',
  'providers enable': 'own-providers',
  'providers disable': 'own-providers',
  'providers remove': 'own-providers',
  'routing remove': 'rules',
  approve: 'requests',
  'quota apply': 'proposals',
  'backup check': 'backups',
  'backup remove': 'replaced',
  'webhook edit': 'webhooks',
  'webhook remove': 'webhooks',
  'webhook rotate': 'webhooks',
  'webhook test': 'webhooks',
  'webhook deliveries': 'webhooks',
};

/** Commands that take more than one of them. */
const SEVERAL: Readonly<Record<string, Kind>> = {
  'inbox read': 'lines',
  'inbox snooze': 'lines',
  'inbox dismiss': 'lines',
  'webhook redeliver': 'dead-deliveries',
};

/** Which names of the vault fit there; null for none. */
function kindAt(spot: Spot | null): Kind | null {
  if (spot === null) return null;
  const { path, option, position } = spot;
  if (option !== null) return AFTER_OPTION[option.long ?? ''] ?? null;
  return position === 0 ? (AFTER_COMMAND[path] ?? SEVERAL[path] ?? null) : (SEVERAL[path] ?? null);
}

/**
 * `keyharbor __complete WORD...`, for the completion scripts: a word a line that may stand for the last one, which is being
 * typed. It starts no agent, asks nobody, and says nothing where it cannot know.
 */
export async function complete(words: readonly string[]): Promise<void> {
  const typed = words.at(-1) ?? '';
  const tell = (all: readonly string[]): void => {
    const fitting = [...new Set(all)].filter((word) => word.startsWith(typed));
    process.stdout.write(fitting.map((word) => `${word}\n`).join(''));
  };
  // Whatever hangs: the shell goes on.
  setTimeout(() => process.exit(0), PATIENCE_MS);
  try {
    const { spotAfter, wordsAt } = await import('./complete-words.ts');
    const before = words.slice(0, -1);
    const spot = await spotAfter(before);
    tell(wordsAt(spot, before, typed));
    const kind = typed.startsWith('-') ? null : kindAt(spot);
    const agent = kind === null ? null : await attach();
    if (agent !== null && kind !== null) tell(await namesOf(agent, kind, typed));
  } catch {
    // Locked, or gone: there are no names to tell.
  }
  process.exit(0);
}

async function namesOf(agent: AgentClient, kind: Kind, typed: string): Promise<readonly string[]> {
  switch (kind) {
    case 'providers':
      return (await agent.call('providers.list', {})).map(({ id }) => id);
    case 'own-providers':
      return (await agent.call('providers.list', {})).filter(({ own }) => own).map(({ id }) => id);
    case 'clients':
      return clientNames(agent);
    case 'actors':
      return ['window', 'cli', 'keyharbor', ...(await clientNames(agent))];
    case 'rules':
      return (await agent.call('routing.list', {})).map((rule) =>
        rule.for === 'provider' ? `provider:${rule.provider}` : `client:${rule.client}`,
      );
    case 'requests':
      return (await agent.call('access.requests', {})).map(({ id }) => id);
    case 'proposals':
      return (await agent.call('quotas.proposals', {})).map(({ id }) => id);
    case 'lines':
      return (await agent.call('notifications.list', { view: 'inbox' })).notices.map(({ id }) => String(id));
    case 'dead-deliveries':
      return (await agent.call('webhooks.deliveries', { state: 'dead' })).map(({ id }) => id);
    case 'grants':
      return (await agent.call('grants.list', {})).map(({ id }) => id);
    case 'quotas':
      return (await agent.call('quotas.list', {})).map(({ id, definition: { name } }) =>
        /^[\w.-]+$/.test(name) ? name : id,
      );
    case 'webhooks':
      return (await agent.call('webhooks.list', {})).map(({ id, label }) => (/^[\w.-]+$/.test(label) ? label : id));
    case 'backups':
      return (await agent.call('vault.backups', {})).backups.map(({ name }) => name);
    case 'replaced':
      return (await agent.call('vault.backups', {})).replaced.map(({ name }) => name);
    case 'client-grants':
      return grantsFor(await references(agent, false));
    case 'variables': {
      const name = /^[A-Za-z_][A-Za-z0-9_]*=/.exec(typed)?.[0];
      return name === undefined ? [] : (await references(agent, false)).map((ref) => name + ref);
    }
    case 'refs':
      return references(agent, false);
    case 'binned':
      return references(agent, true);
  }
}

async function clientNames(agent: AgentClient): Promise<readonly string[]> {
  return (await agent.call('clients.list', {}))
    .filter(({ state }) => state !== 'revoked')
    .map(({ id, name }) => (/^[\w.-]+$/.test(name) ? name : id));
}

async function references(agent: AgentClient, binned: boolean): Promise<readonly string[]> {
  const all = await agent.call('credentials.list', {});
  return [...new Set(all.filter(({ state }) => (state === 'binned') === binned).map(({ ref }) => ref))];
}

function grantsFor(refs: readonly string[]): readonly string[] {
  const places = refs.map((ref) => ref.replace('kh://', ''));
  const providers = [...new Set(places.map((place) => place.split('/')[0] ?? ''))];
  const each = [...providers, ...places].flatMap((place) => [`proxy:${place}`, `keys:read:${place}`]);
  return ['keys:list', 'usage:read', 'usage:write', 'metrics:read', ...each];
}
