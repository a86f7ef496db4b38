import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { AppError } from '../../shared/errors.ts';
import { attach } from '../connect.ts';
import { print, printJson } from '../output.ts';

const END_TIMEOUT_MS = 10_000;
const LOOK_EVERY_MS = 10;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Returns when the process is gone, so that the next command finds the home free. */
async function stop({ json }: { readonly json?: boolean }): Promise<void> {
  const agent = await attach();
  if (agent === null) return json ? printJson({ stopped: null }) : print('Nothing is running.');
  await agent.call('app.stop', {});
  const deadlineMs = performance.now() + END_TIMEOUT_MS;
  while (agent.pid !== null && isAlive(agent.pid)) {
    if (performance.now() > deadlineMs) {
      throw new AppError('internal', 'The vault is locked, but the program has not ended yet.', 'Look at its process.');
    }
    await delay(LOOK_EVERY_MS);
  }
  agent.close();
  if (json) printJson({ stopped: { pid: agent.pid } });
  else print('Stopped.');
}

export function register(program: Command): void {
  program
    .command('stop')
    .description('lock the vault and end the running agent or app')
    .option('--json', 'as JSON')
    .action(stop);
}
