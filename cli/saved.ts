import type { CredentialDetail } from '../shared/contract/schemas.ts';
import type { AgentClient } from './agent-client.ts';
import { describeCheck, requireValid, testFields } from './check.ts';
import { note, print, printJson } from './output.ts';
import { plain } from './table.ts';
import { describeCost, testCost } from './test-cost.ts';

interface Saved {
  readonly credential: CredentialDetail;
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
}

/**
 * Says what was stored, with its warnings on stderr, and tests it where that was asked for and is free: whether a test
 * that costs something is wanted has `keyharbor test` to ask.
 */
export async function reportSaved(
  agent: AgentClient,
  verb: string,
  saved: Saved,
  options: { readonly test?: boolean; readonly json?: boolean },
): Promise<void> {
  for (const { message } of saved.warnings) note(`keyharbor: ${plain(message)}`);
  const { credential } = saved;
  // A credential whose token is still to be got has nothing to show yet.
  const shown = credential.masked === '' ? '' : ` (${plain(credential.masked)})`;
  if (!options.json) print(`${verb} ${credential.ref}${shown}.`);
  const target = { id: credential.id };
  const cost = options.test ? describeCost(await testCost(agent, [credential])) : null;
  if (cost !== null) note(`It was not tested. ${cost}\n  hint: keyharbor test ${credential.ref}`);
  const check = options.test && cost === null ? await agent.call('credentials.test', { target, force: true }) : null;
  agent.close();
  if (options.json) printJson(check === null ? saved : { ...saved, test: testFields(check) });
  else if (check !== null) print(describeCheck(check));
  if (check !== null) requireValid([check.result]);
}
