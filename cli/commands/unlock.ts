import type { Command } from 'commander';
import type { VaultStatus } from '../../shared/contract/schemas.ts';
import { connectAgent } from '../connect.ts';
import { homeFolder } from '../home.ts';
import { note, print, printJson } from '../output.ts';
import { askPassword, passwordsOnStdin } from '../passwords.ts';
import { requireVault } from '../vault-state.ts';

interface Options {
  readonly passwordStdin?: boolean;
  readonly json?: boolean;
}

/** What `status --json` prints. */
const asStatus = (status: VaultStatus, pid: number | null) => ({
  running: true,
  ...status,
  home: homeFolder(process.env),
  pid,
});

async function unlock(options: Options): Promise<void> {
  const [given] = await passwordsOnStdin(options.passwordStdin, ['the password']);
  const agent = await connectAgent();
  const before = await requireVault(agent);
  if (before.state === 'unlocked' && given === undefined) {
    agent.close();
    if (options.json) printJson(asStatus(before, agent.pid));
    else print('The vault is unlocked already.');
    return;
  }
  const password = given ?? (await askPassword('Master password: '));
  const status = await agent.call('vault.unlock', { password });
  agent.close();
  if (options.json) printJson(asStatus(status, agent.pid));
  else print('Unlocked.');
  for (const line of status.notices) note(`keyharbor: ${line}`);
}

export function register(program: Command): void {
  program
    .command('unlock')
    .description('unlock the vault with the master password')
    .option('--password-stdin', 'read the password from stdin')
    .option('--json', 'as JSON')
    .action(unlock);
}
