import type { Command } from 'commander';
import { AppError } from '../../shared/errors.ts';
import { parseReference } from '../../shared/reference.ts';
import { connectAgent } from '../connect.ts';
import { print, printJson } from '../output.ts';
import { askPassword, passwordsOnStdin } from '../passwords.ts';
import { requireUnlocked } from '../vault-state.ts';

interface Options {
  readonly passwordStdin?: boolean;
  readonly json?: boolean;
}

async function purge(ref: string, options: Options): Promise<void> {
  parseReference(ref);
  const [given] = await passwordsOnStdin(options.passwordStdin, ['the password']);
  const agent = await connectAgent();
  await requireUnlocked(agent);
  // Before a person types a password for nothing.
  const { id, state } = await agent.call('credentials.get', { target: { ref } });
  if (state !== 'binned') {
    throw new AppError(
      'conflict',
      `Only what is in the bin can be destroyed; this credential is ${state}. Nothing was changed.`,
      `First: keyharbor delete ${ref}`,
    );
  }
  const password = given ?? (await askPassword('Master password, to destroy it for good: '));
  await agent.call('credentials.purge', { target: { ref }, password });
  agent.close();
  if (options.json) printJson({ destroyed: { id, ref } });
  else print(`${ref} is destroyed.`);
}

export function register(program: Command): void {
  program
    .command('purge')
    .description('destroy all versions of a credential; nothing brings them back')
    .argument('<ref>', 'kh://PROVIDER/LABEL')
    .option('--password-stdin', 'read the master password from stdin')
    .option('--json', 'as JSON')
    .action(purge);
}
