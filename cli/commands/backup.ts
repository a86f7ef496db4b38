import type { Command } from 'commander';
import type { VaultBackupSummary } from '../../shared/contract/schemas.ts';
import { AppError } from '../../shared/errors.ts';
import { connectAgent } from '../connect.ts';
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

async function list({ json }: Json): Promise<void> {
  const agent = await connectAgent();
  const backups = await agent.call('vault.backups', {});
  const zone = await zoneOf(agent);
  agent.close();
  if (json) return printJson(backups);
  if (backups.length === 0) return note('There is no backup yet. One is made a day while the vault is unlocked.');
  const rows = backups.map(({ name, kind, at, bytes }) => [
    name,
    momentIn(zone, at),
    WHY[kind],
    `${Math.ceil(bytes / 1024)} KiB`,
  ]);
  write(table(['NAME', 'MADE', 'WHY', 'SIZE'], rows, terminalWidth()));
  remarkOfZone(zone);
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
  const backups = await agent.call('vault.backups', {});
  const backup = name === undefined ? backups[0] : backups.find((one) => one.name === name);
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
  const done = await agent.call('vault.restoreBackup', { name: backup.name, password });
  agent.close();
  if (options.json) return printJson(done);
  const what = done.headerOnly
    ? `The header of ${done.name} is in place; the database was whole and stayed.`
    : `${done.name} is in place.`;
  print(`${what} What stood there is in backups/${done.replaced}.`);
  note('Unlock it: keyharbor unlock');
}

export function register(program: Command): void {
  const backup = program
    .command('backup')
    .description('copies of the whole vault: list them, make one now, put one back')
    .option('--json', 'as JSON')
    .action(list);
  backup.command('list').description('list the backups, the newest first').option('--json', 'as JSON').action(list);
  backup
    .command('make')
    .description('make one now; the last three made so are kept')
    .option('--json', 'as JSON')
    .action(make);
  backup
    .command('restore')
    .description('put a backup in the place of the locked vault; what stands there is kept')
    .argument('[name]', 'its name; the newest if left out')
    .option('--password-stdin', 'read the master password, or the recovery code, of that day from stdin')
    .option('--yes', 'do not ask')
    .option('--json', 'as JSON')
    .action(restore);
}
