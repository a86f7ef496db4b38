import type { Command } from 'commander';
import { parseReference } from '../../shared/reference.ts';
import { connectAgent } from '../connect.ts';
import { printJson, writeSecret } from '../output.ts';

/** The secret behind a reference, alone on stdout. The one command that prints one. */
export async function get(ref: string, options: { readonly json?: boolean } = {}): Promise<void> {
  parseReference(ref);
  const agent = await connectAgent();
  const { value, scope, version } = await agent.call('credentials.read', { ref });
  if (options.json) printJson({ ref, value, scope, version });
  // At once, without taking the connection and the event loop down first.
  else if (writeSecret(value)) process.exit(0);
  agent.close();
}

export function register(program: Command): void {
  program
    .command('get')
    .description('print the secret itself, and nothing else')
    .argument('<ref>', 'kh://PROVIDER/LABEL[/FIELD][?version=N]')
    .option('--json', 'as JSON, with the scope and version it came from')
    .action(get);
}
