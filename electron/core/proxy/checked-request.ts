import { AppError } from '../../../shared/errors.ts';
import type { ResolvedCredential } from '../credentials/types.ts';
import { explained } from '../endpoint/no-such-key.ts';
import type { HeaderLine } from '../endpoint/request-head.ts';
import type { ProxyAsked, ProxyDeps } from './call-deps.ts';
import { forwardedRequestHeaders } from './headers.ts';
import type { CallInfo } from './observers.ts';
import { assertPlainBody, type BodyKind, bodyNotTaken } from './request-body.ts';
import { checkedPath, forwardedQuery } from './target.ts';
import { assertVersionEnabled } from './upstream.ts';

/** What a request asks for, after the owner's edits and under the rules for path, query and headers. */
export class CheckedRequest {
  readonly #deps: ProxyDeps;
  readonly #asked: ProxyAsked;
  readonly #bodyKind: BodyKind;
  #lines: readonly HeaderLine[] = [];
  #names: readonly string[] = [];
  #label: string;
  #path = '';
  #query = '';
  /** null until `describe`. */
  info: CallInfo | null = null;

  constructor(deps: ProxyDeps, asked: ProxyAsked, bodyKind: BodyKind) {
    this.#deps = deps;
    this.#asked = asked;
    this.#bodyKind = bodyKind;
    this.#label = asked.target.label;
  }

  /** The one that it names. @throws AppError where the request breaks a rule, or there is none. */
  credential(): ResolvedCredential {
    const { client, target, head } = this.#asked;
    const { rewrite, routing } = this.#deps.observers;
    const rewritten = rewrite?.request(client, target.provider, target.rest, head.headers) ?? null;
    const { path, query } = checkedPath(rewritten?.rest ?? target.rest);
    this.#path = path;
    this.#query = forwardedQuery(query);
    if (this.#bodyKind.kind !== 'none' && (head.method === 'GET' || head.method === 'HEAD')) throw bodyNotTaken();
    const { provider } = target;
    this.#label = routing?.choose(client, provider, target.label) ?? target.label;
    const isGranted = this.#deps.isGranted(client, provider, this.#label);
    const credential = this.#resolve(isGranted);
    this.#lines = rewritten?.headers ?? head.headers;
    this.#names = rewritten?.names ?? [];
    if (isGranted) this.describe(credential); // another one learns nothing of it before the owner said yes
    return credential;
  }

  /** Headers and path under the rules of the credential's provider. @throws AppError where they break them. */
  describe(credential: ResolvedCredential): CallInfo {
    const { client, head } = this.#asked;
    const { provider, filters } = this.#deps.upstreams.of(credential);
    assertVersionEnabled(provider, this.#path);
    const headers = forwardedRequestHeaders(this.#lines, filters.request.and(this.#names));
    assertPlainBody(this.#lines, headers);
    const info = { client, credential, provider, method: head.method, path: this.#path, query: this.#query, headers };
    this.info = info;
    return info;
  }

  /** Who holds no grant does not learn whether there is such a credential. */
  #resolve(isGranted: boolean): ResolvedCredential {
    const { credentials, refuseGrant } = this.#deps;
    const { client, target } = this.#asked;
    const { provider } = target;
    try {
      return credentials.resolve(provider, this.#label);
    } catch (error) {
      if (isGranted) throw explained(credentials, error, { client, grant: 'proxy', provider, label: this.#label });
      const hides = error instanceof AppError && error.code === 'key_not_found';
      throw hides ? refuseGrant(client, provider, this.#label) : error;
    }
  }
}
