import { parseReference } from '../../shared/reference.ts';
import { AppError } from '../../shared/errors.ts';
import { connectAgent } from '../connect.ts';
import { tokenEnd } from './token-end.ts';
import { type Match, matchCredential, originsOfProvider, userOf, type Wanted } from './match.ts';

export interface Login {
  readonly user: string;
  readonly password: string;
  readonly expiresAt: string | null;
}

/**
 * The login for a place, or null where it is none of ours: then nothing was opened and nobody asked.
 * @throws AppError `vault_locked` where the place may well be ours; `conflict` naming the keys of which one has to be
 * chosen; what the gate says.
 */
export async function lookUp(wanted: Wanted, named: string | null): Promise<Login | null> {
  if (named !== null) parseReference(named);
  const agent = await connectAgent();
  try {
    const providers = await agent.call('providers.list', {});
    const { state } = await agent.call('vault.status', {});
    if (state !== 'unlocked') {
      // Which places have addresses of the owner's own only the open vault knows.
      if (named === null && !providers.some((each) => originsOfProvider(each).includes(wanted.origin))) return null;
      throw new AppError(
        'vault_locked',
        'The vault is locked, so no password was given.',
        'Unlock it: keyharbor unlock',
      );
    }
    const credentials = await agent.call('credentials.list', { state: 'active' });
    const match = matchCredential(wanted, credentials, providers, named);
    if (match.kind === 'several') throw several(match);
    if (match.kind === 'none') return null;
    const { credential } = match;
    const { ref } = credential;
    const { value } = await agent.call('credentials.read', { ref });
    const detail = await agent.call('credentials.get', { target: { ref } });
    return { user: wanted.user ?? userOf(credential), password: value, expiresAt: tokenEnd(detail) };
  } finally {
    agent.close();
  }
}

const several = ({ refs }: Extract<Match, { kind: 'several' }>): AppError =>
  new AppError(
    'conflict',
    `Several keys go to this place: ${refs.join(', ')}. None was given.`,
    'Add --ref with one of them to the helper, use its label as the user name, or give one the label "default".',
  );

/** The logins for all places, without passwords: origin -> user name. */
export async function listLogins(): Promise<Readonly<Record<string, string>>> {
  const agent = await connectAgent();
  try {
    const [providers, credentials] = await Promise.all([
      agent.call('providers.list', {}),
      agent.call('credentials.list', { state: 'active' }),
    ]);
    const origins = new Set([
      ...providers.flatMap(originsOfProvider),
      ...credentials.flatMap(({ baseUrl }) => (baseUrl === null ? [] : [new URL(baseUrl).origin])),
    ]);
    const found: Record<string, string> = {};
    for (const origin of origins) {
      const match = matchCredential({ origin, user: null }, credentials, providers, null);
      if (match.kind === 'found') found[origin] = userOf(match.credential);
    }
    return found;
  } finally {
    agent.close();
  }
}
