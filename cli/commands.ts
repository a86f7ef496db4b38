import type { Command } from 'commander';

interface CommandFile {
  readonly register: (program: Command) => void;
}

interface Entry {
  readonly group: string;
  readonly load: () => Promise<CommandFile>;
}

const VAULT = 'The vault:';
const KEYS = 'Keys:';
const USE = 'Using keys:';
const TOOLS = 'Local tools:';
const OTHER = 'Other:';

/** Every command, in the order of the help. Only the one that was asked for is loaded. */
export const COMMANDS = {
  init: { group: VAULT, load: () => import('./commands/init.ts') },
  status: { group: VAULT, load: () => import('./commands/status.ts') },
  unlock: { group: VAULT, load: () => import('./commands/unlock.ts') },
  lock: { group: VAULT, load: () => import('./commands/lock.ts') },
  passwd: { group: VAULT, load: () => import('./commands/passwd.ts') },
  recover: { group: VAULT, load: () => import('./commands/recover.ts') },
  backup: { group: VAULT, load: () => import('./commands/backup.ts') },
  add: { group: KEYS, load: () => import('./commands/add.ts') },
  edit: { group: KEYS, load: () => import('./commands/edit.ts') },
  rotate: { group: KEYS, load: () => import('./commands/rotate.ts') },
  list: { group: KEYS, load: () => import('./commands/list.ts') },
  show: { group: KEYS, load: () => import('./commands/show.ts') },
  test: { group: KEYS, load: () => import('./commands/test.ts') },
  suspend: { group: KEYS, load: () => import('./commands/suspend.ts') },
  reinstate: { group: KEYS, load: () => import('./commands/reinstate.ts') },
  revoke: { group: KEYS, load: () => import('./commands/revoke.ts') },
  delete: { group: KEYS, load: () => import('./commands/delete.ts') },
  restore: { group: KEYS, load: () => import('./commands/restore.ts') },
  purge: { group: KEYS, load: () => import('./commands/purge.ts') },
  providers: { group: KEYS, load: () => import('./commands/providers.ts') },
  get: { group: USE, load: () => import('./commands/get.ts') },
  run: { group: USE, load: () => import('./commands/run.ts') },
  inject: { group: USE, load: () => import('./commands/inject.ts') },
  usage: { group: USE, load: () => import('./commands/usage.ts') },
  quota: { group: USE, load: () => import('./commands/quota.ts') },
  prices: { group: USE, load: () => import('./commands/prices.ts') },
  inbox: { group: USE, load: () => import('./commands/inbox.ts') },
  'credential-helper': { group: TOOLS, load: () => import('./commands/credential-helper.ts') },
  mcp: { group: TOOLS, load: () => import('./commands/mcp.ts') },
  approve: { group: TOOLS, load: () => import('./commands/approve.ts') },
  grant: { group: TOOLS, load: () => import('./commands/grant.ts') },
  panic: { group: TOOLS, load: () => import('./commands/panic.ts') },
  client: { group: TOOLS, load: () => import('./commands/client.ts') },
  routing: { group: TOOLS, load: () => import('./commands/routing.ts') },
  webhook: { group: TOOLS, load: () => import('./commands/webhook.ts') },
  endpoint: { group: TOOLS, load: () => import('./commands/endpoint.ts') },
  serve: { group: TOOLS, load: () => import('./commands/serve.ts') },
  stop: { group: TOOLS, load: () => import('./commands/stop.ts') },
  audit: { group: OTHER, load: () => import('./commands/audit.ts') },
  doctor: { group: OTHER, load: () => import('./commands/doctor.ts') },
  completion: { group: OTHER, load: () => import('./commands/completion.ts') },
  version: { group: OTHER, load: () => import('./commands/version.ts') },
} as const satisfies Record<string, Entry>;

export type CommandName = keyof typeof COMMANDS;

export function isCommandName(word: string): word is CommandName {
  return Object.hasOwn(COMMANDS, word);
}

export const ALL_COMMANDS = Object.keys(COMMANDS) as readonly CommandName[];
