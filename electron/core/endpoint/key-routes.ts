import type { CredentialSummary } from '../../../shared/contract/schemas.ts';
import { AppError } from '../../../shared/errors.ts';
import { grantCovers } from '../../../shared/grant.ts';
import type { ResolvedCredential } from '../credentials/types.ts';
import type { LastUsed } from '../usage/last-used.ts';
import type { AuditTally } from './audit-tally.ts';
import type { VerifiedClient } from './clients.ts';
import type { CredentialSource } from './deps.ts';
import { keyAnswer } from './key-answer.ts';
import type { Route } from './routes.ts';

type KeyRoute = Extract<Route, { kind: 'list-keys' | 'read-key' }>;
type ReadRoute = Extract<Route, { kind: 'read-key' }>;

/** @throws AppError `forbidden` that names the missing grant and how to get it. */
export function refuseWithoutGrant(client: VerifiedClient, route: KeyRoute): void {
  if (route.kind === 'list-keys') {
    if (!client.grants.some((grant) => grant.kind === 'keys:list')) throw missingGrant('keys:list');
    return;
  }
  const { provider, label } = route;
  const covered = client.grants.some((grant) => grantCovers(grant, 'keys:read', provider, label));
  if (!covered) throw missingGrant(`keys:read:${provider}/${label}`);
}

function missingGrant(grant: string): AppError {
  return new AppError(
    'forbidden',
    `This client lacks the grant ${grant}.`,
    `The owner can make a client that has it: keyharbor client add NAME --grant ${grant}`,
  );
}

/**
 * `GET /v1/keys`: metadata of what the client's other grants let it use; where `keys:list` is its only kind of grant,
 * of all that is served. A test client sees only what it reaches.
 */
export function listKeys(credentials: CredentialSource, client: VerifiedClient): string {
  const served = new Map<string, CredentialSummary>();
  for (const credential of credentials.list({ state: 'active' })) {
    const { provider, label, scope } = credential;
    // The user's own comes before the system's, as in resolution.
    if (scope === 'user' || !served.has(`${provider}/${label}`)) served.set(`${provider}/${label}`, credential);
  }
  const keys = [...served.values()].filter((credential) => maySee(client, credential));
  return JSON.stringify({
    keys: keys.map(({ provider, label, name, scope, version, expiresAt, fingerprint }) => {
      return { provider, label, name, scope, version, expiresAt, fingerprint };
    }),
  });
}

function maySee(client: VerifiedClient, credential: CredentialSummary): boolean {
  if (client.kind === 'test' && !credential.local) return false;
  const named = client.grants.filter((grant) => 'provider' in grant);
  if (named.length === 0) return true;
  return named.some((grant) => grantCovers(grant, grant.kind, credential.provider, credential.label));
}

interface ReadKeyDeps {
  readonly credentials: CredentialSource;
  readonly reads: AuditTally;
  readonly lastUsed: Pick<LastUsed, 'note'>;
}

/**
 * `GET /v1/keys/{provider}/{label}`. The caller wipes the body when it is sent. At once for an ordinary key; a promise
 * where an access token has to be got from the provider first.
 * @param isWanted - asked after such a wait: whether the client is still there and may still have it.
 * @throws AppError `key_not_found`; `forbidden` for a test client and a real key; `internal` while the audit log
 * cannot be written. The promise also rejects with what the provider said, or `unauthorized`.
 */
export function readKey(
  deps: ReadKeyDeps,
  client: VerifiedClient,
  route: ReadRoute,
  isWanted: () => boolean,
): Buffer | Promise<Buffer> {
  const credential = readable(deps, client, route);
  const pending = credential.refreshable ? deps.credentials.prepareId(credential.id) : null;
  if (pending === null) return bodyOf(deps, client, credential);
  return pending.then(() => {
    if (isWanted()) return bodyOf(deps, client, readable(deps, client, route));
    throw new AppError('unauthorized', 'The request was called off.');
  });
}

function readable(deps: ReadKeyDeps, client: VerifiedClient, { provider, label }: ReadRoute): ResolvedCredential {
  if (!deps.reads.isWritable) {
    throw new AppError(
      'internal',
      'The audit log cannot be written, so no key is handed out.',
      'Free some disk space or see "keyharbor doctor"; keys are served again by themselves.',
    );
  }
  const credential = deps.credentials.resolve(provider, label);
  if (client.kind === 'test' && !credential.local) {
    throw new AppError(
      'forbidden',
      'A kh_test_ token reaches only credentials made with --local.',
      'Use a client made without --test, or add a credential with --base-url and --local.',
    );
  }
  return credential;
}

function bodyOf(deps: ReadKeyDeps, client: VerifiedClient, credential: ResolvedCredential): Buffer {
  const opened = deps.credentials.openFields(credential.id, credential.version);
  try {
    const body = keyAnswer(credential, opened);
    deps.reads.add({ actor: client.id, action: 'key.read', target: credential.id, result: 'ok', reason: '' });
    deps.lastUsed.note('credential', credential.id, client.name);
    return body;
  } finally {
    opened.dispose();
  }
}
