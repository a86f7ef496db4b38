import type { CredentialDetail, Target } from '../shared/contract/schemas.ts';
import type { AgentClient } from './agent-client.ts';
import { note } from './output.ts';
import { requireUnlocked } from './vault-state.ts';

/** Whether a credential is renewed in the browser: its kind has a sign-in. */
export async function signsIn(agent: AgentClient, ref: string): Promise<boolean> {
  await requireUnlocked(agent);
  const { provider, authKind } = await agent.call('credentials.get', { target: { ref } });
  const providers = await agent.call('providers.list', {});
  const kinds = providers.find(({ id }) => id === provider)?.auth ?? [];
  return kinds.some(({ kind, signIn: field }) => kind === authKind && field !== null);
}

/**
 * Prints the page to open and waits until the browser came back from it, at most ten minutes. Ctrl-C leaves the
 * credential as it is: "keyharbor rotate REF" starts anew.
 * @throws AppError what the provider said; what was stored before stays.
 */
export async function signIn(agent: AgentClient, target: Target): Promise<CredentialDetail> {
  const { url } = await agent.call('credentials.startSignIn', { target });
  note(`Open this page in a browser on this computer and sign in:\n${url}`);
  return agent.call('credentials.finishSignIn', { target });
}
