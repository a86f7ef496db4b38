import type { Command } from 'commander';
import { PANIC_DOES } from '../../shared/panic-words.ts';
import { connectAgent } from '../connect.ts';
import { print, printJson } from '../output.ts';

/** No question: whoever types this has no time for one. */
async function panic(options: { readonly json?: boolean }): Promise<void> {
  const agent = await connectAgent();
  const dropped = await agent.call('app.panic', {});
  agent.close();
  if (options.json) return printJson(dropped);
  print('The vault is locked; the endpoint and all webhooks are off.');
  print(`Grants dropped: ${count(dropped.grants)}. Client tokens revoked: ${count(dropped.clients)}.`);
}

const count = (known: number | null): string =>
  known === null ? 'all (the vault was locked, so not counted)' : String(known);

export function register(program: Command): void {
  program.command('panic').description(`at once: ${PANIC_DOES}`).option('--json', 'as JSON').action(panic);
}
