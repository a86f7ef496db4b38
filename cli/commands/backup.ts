import type { Command } from 'commander';
import type { VaultBackupSummary } from '../../shared/contract/backups.ts';
import { AppError } from '../../shared/errors.ts';
import { connectAgent } from '../connect.ts';
import { Exit } from '../fail.ts';
import { note, noTerminal, print, printJson, write } from '../output.ts';
import { askPassword, passwordsOnStdin } from '../passwords.ts';
import { table, terminalWidth } from '../table.ts';
import { ask, canAsk } from '../terminal.ts';
import { requireUnlocked } from '../vault-state.ts';
import { momentIn, remarkOfZone, zoneHere, zoneOf } from '../zone-times.ts';

interface Json {
  readonly json?: boolean;
}

interface RestoreOptions extends Json {
  readonly passwordStdin?: boolean;
  readonly yes?: boolean;
}

const WHY: Readonly<Record<VaultBackupSummary['kind'], string>> = {
  daily: 'daily',
  migration: 'before an update of the layout',
  made: 'asked for',
};

const STATES: Readonly<Record<VaultBackupSummary['state'], string>> = {
  'as-made': 'when it was made',
  whole: 'verifies',
  damaged: 'DAMAGED',
};

const size = (bytes: number): string => `${Math.ceil(bytes / 1024)} KiB`;

async function list({ json }: Json): Promise<void> {
  const agent = await connectAgent();
  const known = await agent.call('vault.backups', {});
  const zone = await zoneOf(agent);
  agent.close();
  if (json) return printJson(known);
  const { backups, replaced, problem } = known;
  if (backups.length === 0) note('There is no backup yet. One is made a day while the vault is unlocked.');
  else {
    const rows = backups.map(({ name, kind, at, bytes, state }) => [
      name,
      momentIn(zone, at),
      WHY[kind],
      size(bytes),
      STATES[state],
    ]);
    write(table(['NAME', 'MADE', 'WHY', 'SIZE', 'CHECKED'], rows, terminalWidth()));
  }
  if (replaced.length > 0) {
    write('\n');
    const rows = replaced.map(({ name, at, bytes, complete }) => [
      name,
      momentIn(zone, at),
      size(bytes),
      complete ? 'yes' : 'no',
    ]);
    write(table(['KEPT BY A RESTORE', 'REPLACED', 'SIZE', 'CAN BE PUT BACK'], rows, terminalWidth()));
    note('Nothing of it is removed by itself. When all is well: keyharbor backup remove NAME');
  }
  if (backups.length + replaced.length > 0) remarkOfZone(zone);
  if (problem !== null) note(problem);
}

async function make({ json }: Json): Promise<void> {
  const agent = await connectAgent();
  await requireUnlocked(agent);
  const made = await agent.call('vault.backUp', {});
  agent.close();
  if (json) printJson(made);
  else print(`Made and checked: ${made.name}`);
}

async function restore(name: string | undefined, options: RestoreOptions): Promise<void> {
  const [given] = await passwordsOnStdin(options.passwordStdin, ['the password, or the recovery code, of that day']);
  const agent = await connectAgent();
  const { state } = await agent.call('vault.status', {});
  if (state === 'unlocked') {
    throw new AppError('conflict', 'The vault is open. Nothing was changed.', 'Lock it first: keyharbor lock');
  }
  const { backups, replaced } = await agent.call('vault.backups', {});
  const wanted = name === undefined ? backups.find((one) => one.state !== 'damaged') : null;
  const backup = wanted ?? [...backups, ...replaced].find((one) => one.name === name);
  if (backup === undefined) {
    throw new AppError('not_found', 'There is no such backup. Nothing was changed.', 'See: keyharbor backup');
  }
  note(
    `${backup.name} of ${momentIn(zoneHere(), backup.at)} takes the place of the vault: keys, clients, grants and settings are those of that time again, revoked clients too. The present files are kept.`,
  );
  if (!options.yes) {
    if (!canAsk()) throw noTerminal('A yes', 'Add --yes if that is what you want. Nothing was changed.');
    if (!/^(?:y|yes)$/i.test((await ask('Put it back? [y/N] ', true)).trim())) {
      agent.close();
      return note('Nothing was changed.');
    }
  }
  const password = given ?? (await askPassword('Master password, or recovery code, of that day: '));
  const done = await agent.call('vault.restoreBackup', { name: name ?? null, password });
  agent.close();
  if (options.json) return printJson(done);
  for (const passed of done.passedOver) note(`${passed} does not verify and was passed over.`);
  const holds = `${count(done.keys, 'key', 'keys')}, ${count(done.clients, 'client', 'clients')}`;
  const what = done.headerOnly
    ? `The header of ${done.name} is in place; the database was whole and stayed: ${holds}.`
    : `${done.name} is in place: ${holds}.`;
  print(`${what} What stood there is in backups/${done.replaced}.`);
  note('Unlock it: keyharbor unlock');
}

const count = (of: number, one: string, more: string): string => `${of} ${of === 1 ? one : more}`;

async function check(name: string | undefined, { json }: Json): Promise<void> {
  const agent = await connectAgent();
  await requireUnlocked(agent);
  const { backups } = await agent.call('vault.backups', {});
  const names = name === undefined ? backups.map((one) => one.name) : [name];
  const found = [];
  for (const each of names) {
    const result = await agent.call('vault.checkBackup', { name: each });
    found.push({ name: each, ...result });
    if (json) continue;
    if (result.whole) {
      print(`${each}: whole; ${count(result.keys, 'key', 'keys')}, ${count(result.clients, 'client', 'clients')}`);
    } else print(`${each}: DAMAGED; it cannot be put back`);
  }
  agent.close();
  if (json) printJson(found);
  else if (names.length === 0) note('There is no backup yet.');
  if (found.some((one) => !one.whole)) throw new Exit(1);
}

async function remove(name: string, options: Omit<RestoreOptions, 'yes'>): Promise<void> {
  const [given] = await passwordsOnStdin(options.passwordStdin, ['the password']);
  const agent = await connectAgent();
  await requireUnlocked(agent);
  const { replaced } = await agent.call('vault.backups', {});
  if (replaced.every((one) => one.name !== name)) {
    throw new AppError(
      'not_found',
      'Nothing of this name was kept by a restore. Nothing was changed.',
      'Backups go by themselves, the oldest first. See: keyharbor backup',
    );
  }
  const password = given ?? (await askPassword('Master password, to delete it for good: '));
  await agent.call('vault.removeReplaced', { name, password });
  agent.close();
  if (options.json) printJson({ deleted: name });
  else print(`${name} is deleted.`);
}

export function register(program: Command): void {
  const backup = program
    .command('backup')
    .description('copies of the whole vault: list, make, check and put back')
    .option('--json', 'as JSON')
    .action(list);
  backup
    .command('list')
    .description('list the backups, the newest first, and what a restore kept')
    .option('--json', 'as JSON')
    .action(list);
  backup
    .command('make')
    .description('make one now; the last three made so are kept')
    .option('--json', 'as JSON')
    .action(make);
  backup
    .command('restore')
    .description('put a backup in the place of the locked vault; what stands there is kept')
    .argument('[name]', 'its name; the newest that verifies if left out')
    .option('--password-stdin', 'read the master password, or the recovery code, of that day from stdin')
    .option('--yes', 'do not ask')
    .option('--json', 'as JSON')
    .action(restore);
  backup
    .command('check')
    .description('open a copy and read all of it; exit code 1 if one is damaged')
    .argument('[name]', 'its name; all if left out')
    .option('--json', 'as JSON')
    .action(check);
  backup
    .command('remove')
    .description('delete for good what stood there before a restore')
    .argument('<name>', 'replaced-…')
    .option('--password-stdin', 'read the master password from stdin')
    .option('--json', 'as JSON')
    .action(remove);
}
