import type { Command } from 'commander';
import { connectAgent } from '../connect.ts';
import { credentialOptions, type CredentialOptions, metadata } from '../credential-options.ts';
import { chooseAuth, fieldOptions, fieldValues, type FieldWord } from '../field-values.ts';
import { findProvider } from '../find-provider.ts';
import { reportSaved } from '../saved.ts';
import { signIn } from '../sign-in.ts';
import { requireUnlocked } from '../vault-state.ts';

async function add(id: string, options: CredentialOptions, words: readonly FieldWord[]): Promise<void> {
  const { expiresAt, baseUrl, ...given } = metadata(options);
  const agent = await connectAgent();
  const provider = findProvider(await agent.call('providers.list', {}), id);
  const auth = chooseAuth(provider, options.auth);
  await requireUnlocked(agent);
  const fields = await fieldValues(auth, words, true);
  const added = await agent.call('credentials.add', {
    provider: provider.id,
    authKind: auth.kind,
    fields,
    ...given,
    ...(expiresAt ? { expiresAt } : {}),
    ...(baseUrl ? { baseUrl } : {}),
  });
  const signsIn = auth.signIn !== null && !(auth.signIn in fields);
  const saved = signsIn ? { ...added, credential: await signIn(agent, { id: added.credential.id }) } : added;
  await reportSaved(agent, 'Added', saved, options);
}

export function register(program: Command): void {
  const command = program
    .command('add')
    .description('store a credential; the secret comes from stdin, a file or the terminal')
    .argument('<provider>', 'id of a provider: see "keyharbor providers"');
  const words = fieldOptions(command);
  credentialOptions(command).action((id: string, options: CredentialOptions) => add(id, options, words));
}
