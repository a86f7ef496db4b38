import type { Command } from 'commander';
import { connectAgent } from '../connect.ts';
import { note, noTerminal, print, printJson } from '../output.ts';
import { askNewPassword, askPassword, passwordsOnStdin } from '../passwords.ts';
import { canAsk } from '../terminal.ts';
import { requireVault } from '../vault-state.ts';

interface Options {
  readonly passwordStdin?: boolean;
  readonly json?: boolean;
}

async function passwd(options: Options): Promise<void> {
  const given = await passwordsOnStdin(options.passwordStdin, ['the old password', 'the new password']);
  if (given.length === 0 && !canAsk()) {
    throw noTerminal('The old password', 'Add --password-stdin and write two lines: the old one, the new one.');
  }
  const agent = await connectAgent();
  await requireVault(agent);
  const oldPassword = given[0] ?? (await askPassword('Old master password: '));
  const newPassword = given[1] ?? (await askNewPassword(agent));
  await agent.call('vault.changePassword', { oldPassword, newPassword });
  agent.close();
  if (options.json) printJson({ changed: true });
  else print('The master password is changed.');
  note('Copies of the vault made before still open with the old one.');
}

export function register(program: Command): void {
  program
    .command('passwd')
    .description('change the master password')
    .option('--password-stdin', 'read the old and the new password from stdin, a line each')
    .option('--json', 'as JSON')
    .action(passwd);
}
