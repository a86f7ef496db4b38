import type { Socket } from 'node:net';
import { AppError } from '../../../shared/errors.ts';
import type { ClientAsk } from '../broker/gate.ts';
import type { OpenedFields, ResolvedCredential } from '../credentials/types.ts';
import { explained } from './no-such-key.ts';
import { cannotAudit, credentialTooOften, isRefusal, localOnly, missingGrant, withWayOut } from './refusals.ts';
import type { RequestDeps } from './request-deps.ts';
import { send } from './answer.ts';
import type { VerifiedClient } from './clients.ts';
import type { ClientAsked } from './route.ts';

const JSON_TYPE = 'application/json';
/** The client's own words for the owner, where a grant is missing. */
const REASON_HEADER = 'keyharbor-reason';
const MAX_REASON = 200;

type KeyDeps = Pick<
  RequestDeps,
  'credentials' | 'gate' | 'reads' | 'refusals' | 'lastUsed' | 'credentialRates' | 'inFlight' | 'metrics'
>;
type Encode = (credential: ResolvedCredential, opened: OpenedFields) => Buffer;

/**
 * Answers with a key, in whatever form `encode` gives it; the body is wiped when it is sent. At once for an ordinary key
 * that is granted; else after the owner's word, or after an access token was got from the provider.
 * @throws AppError `key_not_found`; `forbidden` where the gate says no, and for a test client and a real key;
 * `rate_limited`; `internal` while the audit log cannot be written. The promise also rejects with what the provider
 * said.
 */
export function sendKey(deps: KeyDeps, asked: ClientAsked, encode: Encode): void | Promise<void> {
  const startMs = performance.now();
  const done = (outcome: 'ok' | 'failed') =>
    deps.metrics.keyRead.observe({ outcome }, (performance.now() - startMs) / 1000);
  const answer = (body: Buffer) => {
    asked.response.once('close', () => body.fill(0));
    send(asked.response, 200, JSON_TYPE, body);
    done('ok');
  };
  const failed = (error: unknown): never => {
    done('failed');
    if (error instanceof AppError && (error.code === 'decryption_failed' || error.code === 'integrity_failure')) {
      deps.metrics.decryptionFailures.inc({});
    }
    throw error;
  };
  try {
    const credential = admissible(deps, asked);
    const admitted = admit(deps, asked, credential);
    const pending = admitted === null ? ready(deps, credential) : admitted.then(() => ready(deps, credential));
    if (pending === null) return answer(opened(deps, asked, credential, encode));
    // It may have been revoked, locked or rotated meanwhile; where the client is gone its answer was cut.
    return pending
      .then(() => {
        if (asked.response.destroyed) throw new AppError('unauthorized', 'The request was called off.');
        answer(opened(deps, asked, again(deps, asked, credential), encode));
      })
      .catch(failed);
  } catch (error) {
    return failed(error);
  }
}

/** null: it can be opened at once. */
function ready(deps: KeyDeps, credential: ResolvedCredential): Promise<void> | null {
  return credential.refreshable ? deps.credentials.prepareId(credential.id) : null;
}

const grantFor = ({ params: { provider, label } }: ClientAsked): string => `keys:read:${provider}/${label}`;

function admissible(deps: KeyDeps, asked: ClientAsked): ResolvedCredential {
  if (!deps.reads.isWritable) throw cannotAudit();
  const { client, granted } = asked;
  const credential = resolved(deps, asked);
  if (client.kind === 'test' && !credential.local) throw granted ? localOnly() : missingGrant(grantFor(asked));
  const waitMs = deps.credentialRates.take(client, credential.id);
  if (waitMs > 0) {
    deps.metrics.denied.inc({ reason: 'rate' });
    throw credentialTooOften(waitMs);
  }
  return credential;
}

/** Who holds no grant does not learn whether there is such a key. */
function resolved(deps: KeyDeps, asked: ClientAsked): ResolvedCredential {
  const { provider, label } = asked.params;
  try {
    return deps.credentials.resolve(provider, label);
  } catch (error) {
    const { client } = asked;
    if (asked.granted) throw explained(deps.credentials, error, { client, grant: 'keys:read', provider, label });
    throw error instanceof AppError && error.code === 'key_not_found' ? refusedForGrant(deps, asked) : error;
  }
}

/** After a wait: the same key, and it may still be had. What was admitted was this credential and no other. */
function again(deps: KeyDeps, asked: ClientAsked, before: ResolvedCredential): ResolvedCredential {
  if (!deps.reads.isWritable) throw cannotAudit();
  const now = resolved(deps, asked);
  if (now.id === before.id) return now;
  throw new AppError('conflict', 'Another key took this name while the request waited.', 'Ask again.');
}

/** A class, since an object with a getter of its own makes V8 keep a shape, and with it the request, for each one. */
class Ask implements ClientAsk {
  readonly form = 'value';
  readonly client: VerifiedClient;
  readonly credential: ResolvedCredential;
  readonly granted: boolean;
  readonly reason: string;
  readonly socket: Socket;
  readonly #asked: ClientAsked;

  constructor(asked: ClientAsked, credential: ResolvedCredential) {
    this.client = asked.client;
    this.credential = credential;
    this.granted = asked.granted;
    this.reason = asked.granted ? '' : reasonOf(asked);
    this.socket = asked.request.socket;
    this.#asked = asked;
  }

  /** Made only where somebody waits. */
  get signal(): AbortSignal {
    return this.#asked.signal;
  }
}

function admit(deps: KeyDeps, asked: ClientAsked, credential: ResolvedCredential): Promise<void> | null {
  const ask = new Ask(asked, credential);
  const no = (error: unknown): never => {
    if (isRefusal(error)) countRefusal(deps, asked);
    throw withWayOut(error, grantFor(asked));
  };
  try {
    const word = deps.gate.admitClient(ask);
    if (word !== null) deps.inFlight.waits(asked.response, word);
    return word?.catch(no) ?? null;
  } catch (error) {
    return no(error);
  }
}

function refusedForGrant(deps: KeyDeps, asked: ClientAsked): AppError {
  countRefusal(deps, asked);
  return missingGrant(grantFor(asked));
}

/** By client and in sum: a refused tool that tries on must not fill the log. */
export function countRefusal(deps: Pick<RequestDeps, 'refusals' | 'metrics'>, { client }: ClientAsked): void {
  deps.metrics.denied.inc({ reason: 'grant' });
  deps.refusals.add({ actor: client.id, action: 'endpoint.refused', target: '', result: 'refused', reason: 'grant' });
}

function reasonOf({ request }: ClientAsked): string {
  const given = request.headers[REASON_HEADER];
  return typeof given === 'string' ? given.replace(/[^\x20-\x7e]/g, '').slice(0, MAX_REASON) : '';
}

function opened(deps: KeyDeps, { client }: ClientAsked, credential: ResolvedCredential, encode: Encode): Buffer {
  const fields = deps.credentials.openFields(credential.id, credential.version);
  try {
    const body = encode(credential, fields);
    deps.reads.add({ actor: client.id, action: 'key.read', target: credential.id, result: 'ok', reason: '' });
    deps.lastUsed.note('credential', credential.id, client.name);
    return body;
  } finally {
    fields.dispose();
  }
}
