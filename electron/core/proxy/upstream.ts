import { AppError } from '../../../shared/errors.ts';
import type { AuthKindDescriptor } from '../../../shared/provider/auth-kind.ts';
import type { ProviderDescriptor } from '../../../shared/provider/descriptor.ts';
import type { ResolvedCredential } from '../credentials/types.ts';
import { authKindOf, type Catalogue, templateFields } from '../providers/catalogue.ts';
import { type Base, baseOf } from '../providers/base-url.ts';
import { catalogueBase } from '../providers/place.ts';
import { type HeaderFilters, headerFilters } from './headers.ts';
import { PlacesBelow } from './places.ts';

/** Where the requests of one credential go, and in which words; worked out once for as long as its row is kept. */
export interface Upstream {
  readonly provider: ProviderDescriptor;
  readonly kind: AuthKindDescriptor;
  /** The credential's own base URL or the catalogue's. */
  readonly base: Base;
  readonly places: PlacesBelow;
  readonly isOwnBaseUrl: boolean;
  readonly local: boolean;
  readonly filters: HeaderFilters;
  /** Has to see the whole body: it is signed, or a member is put in. */
  readonly needsBody: boolean;
  readonly isWebhook: boolean;
  /** The credential becomes part of path or query. */
  readonly changesAddress: boolean;
  readonly signs: boolean;
  /** The fields that stand in the request as they are, and those of them that become part of the path. */
  readonly sentFields: readonly { readonly name: string; readonly inPath: boolean }[];
}

function unsupported(what: string, hint: string): AppError {
  return new AppError('unsupported', `${what} Nothing was sent.`, hint);
}

/** @throws AppError `unsupported` for what does not travel in an HTTP request. */
function assertSent(provider: ProviderDescriptor, kind: AuthKindDescriptor): void {
  if (kind.send.length > 0 || kind.secretless || !kind.fields.some((field) => field.secret)) return;
  throw unsupported(
    `${provider.name}: a credential of the kind “${kind.label}” is not sent in requests, so there is nothing to forward with.`,
    'Read it with a keys:read grant where the tool needs its value.',
  );
}

/** @throws AppError `unsupported` where there is no HTTP server behind this credential. */
export function upstreamOf(catalogue: Pick<Catalogue, 'get'>, credential: ResolvedCredential): Upstream {
  const provider = catalogue.get(credential.provider);
  const kind = authKindOf(provider, credential.authKind);
  assertSent(provider, kind);
  const own = credential.origin !== '';
  // Of several addresses (an MCP server and who gives its tokens) the first is the one for requests.
  const base = own ? (credential.origin.split(' ')[0] ?? '') : catalogueBase({ provider, kind });
  if (base === null || templateFields(base).length > 0 || !/^https?:\/\//.test(base)) {
    throw unsupported(
      `${provider.name}: this credential is not for an HTTP API.`,
      'The proxy forwards to HTTP servers only.',
    );
  }
  const has = (where: string) => kind.send.some((placement) => placement.where === where);
  const parts = baseOf(base);
  return {
    provider,
    kind,
    base: parts,
    places: new PlacesBelow(parts),
    isOwnBaseUrl: own,
    local: credential.local,
    filters: headerFilters(provider.proxy),
    needsBody: has('body') || has('sigv4'),
    isWebhook: has('url'),
    changesAddress: has('path') || has('query'),
    signs: has('sigv4'),
    sentFields: sentFields(kind),
  };
}

/** Secrets, and whatever becomes part of the path. What is encoded first (basic) is judged as a header value. */
function sentFields(kind: AuthKindDescriptor): Upstream['sentFields'] {
  return kind.send.flatMap((placement) => {
    if (placement.where === 'basic' || placement.where === 'sigv4') return [];
    const inPath = placement.where === 'path';
    const names =
      placement.where === 'url'
        ? [placement.field]
        : placement.where === 'path'
          ? templateFields(placement.prefix)
          : templateFields(placement.value);
    const isSent = (name: string) => inPath || kind.fields.some((field) => field.name === name && field.secret);
    return names.filter(isSent).map((name) => ({ name, inPath }));
  });
}

/** Finds it again for the same row of the same catalogue. */
export class Upstreams {
  readonly #catalogue: Pick<Catalogue, 'get'>;
  #known = new WeakMap<ResolvedCredential, Upstream>();

  constructor(catalogue: Pick<Catalogue, 'get'>) {
    this.#catalogue = catalogue;
  }

  of(credential: ResolvedCredential): Upstream {
    const known = this.#known.get(credential);
    if (known !== undefined && known.provider === this.#catalogue.get(credential.provider)) return known;
    const upstream = upstreamOf(this.#catalogue, credential);
    this.#known.set(credential, upstream);
    return upstream;
  }
}

/** @throws AppError `unsupported` for a path below a version of the API that is not enabled. */
export function assertVersionEnabled({ name, baseUrl }: ProviderDescriptor, path: string): void {
  const under = (version: string) => path === version || path.startsWith(`${version.replace(/\/+$/, '')}/`);
  const [longest] = baseUrl.versions
    .filter((version) => under(version.path))
    .sort((a, b) => b.path.length - a.path.length);
  if (longest?.enabled !== false) return;
  throw unsupported(
    `${name}: version ${longest.name} of this API is switched off.`,
    'Use another version, or enable it in the provider’s description.',
  );
}
