import type { CredentialDetail } from '../shared/contract/schemas.ts';
import { AppError } from '../shared/errors.ts';
import type { AgentClient } from './agent-client.ts';
import { chooseAuth, fieldValues, type FieldWord } from './field-values.ts';
import { requireUnlocked } from './vault-state.ts';

/**
 * New field values for a credential that exists; without words its primary secret, asked on the terminal.
 * @returns them beside the credential as it was before.
 */
export async function newValues(
  agent: AgentClient,
  ref: string,
  words: readonly FieldWord[],
): Promise<{ readonly fields: Record<string, string>; readonly credential: CredentialDetail }> {
  await requireUnlocked(agent);
  const credential = await agent.call('credentials.get', { target: { ref } });
  const provider = (await agent.call('providers.list', {})).find(({ id }) => id === credential.provider);
  if (provider === undefined) {
    throw new AppError('unsupported', 'The provider of this credential is no longer known. Nothing was changed.');
  }
  const auth = chooseAuth(provider, credential.authKind);
  if (words.length > 0) return { fields: await fieldValues(auth, words, false), credential };
  const primary = auth.fields.filter(({ name }) => name === auth.primary);
  return { fields: await fieldValues({ ...auth, fields: primary }, [], true), credential };
}
