import type { Command } from 'commander';
import { parseReference } from '../../shared/reference.ts';
import { connectAgent } from '../connect.ts';
import { credentialOptions, type CredentialOptions, metadata } from '../credential-options.ts';
import { usage } from '../fail.ts';
import { fieldOptions, type FieldWord } from '../field-values.ts';
import { newValues } from '../new-values.ts';
import { reportSaved } from '../saved.ts';

async function edit(ref: string, options: CredentialOptions, words: readonly FieldWord[]): Promise<void> {
  parseReference(ref);
  if (options.auth !== undefined) {
    throw usage('The auth kind of a credential does not change.', 'Add a new credential, then delete this one.');
  }
  const changes = metadata(options);
  if (words.length === 0 && Object.keys(changes).length === 0 && !options.test) {
    throw usage('There is nothing to change.', 'See "keyharbor edit --help" for what can be changed.');
  }
  const agent = await connectAgent();
  const fields = words.length === 0 ? {} : { fields: (await newValues(agent, ref, words)).fields };
  const saved = await agent.call('credentials.edit', { target: { ref }, changes: { ...changes, ...fields } });
  await reportSaved(agent, 'Changed', saved, options);
}

export function register(program: Command): void {
  const command = program
    .command('edit')
    .description('change a credential; "none" takes an expiry or a base URL away')
    .argument('<ref>', 'kh://PROVIDER/LABEL');
  const words = fieldOptions(command);
  credentialOptions(command).action((ref: string, options: CredentialOptions) => edit(ref, options, words));
}
