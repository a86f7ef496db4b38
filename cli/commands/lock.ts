import type { Command } from 'commander';
import { attach } from '../connect.ts';
import { print, printJson } from '../output.ts';

async function lock(options: { readonly json?: boolean }): Promise<void> {
  const agent = await attach();
  const state = agent === null ? 'locked' : (await agent.call('vault.lock', {})).state;
  agent?.close();
  if (options.json) return printJson({ state });
  print(
    agent === null ? 'Nothing is running, so nothing is unlocked.' : state === 'no-vault' ? 'No vault.' : 'Locked.',
  );
}

export function register(program: Command): void {
  program
    .command('lock')
    .description('lock the vault at once: keys are wiped, tools are refused')
    .option('--json', 'as JSON')
    .action(lock);
}
