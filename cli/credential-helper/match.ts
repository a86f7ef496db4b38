import type { CredentialSummary } from '../../shared/contract/schemas.ts';
import type { ProviderInfo } from '../../shared/provider/info.ts';
import { DEFAULT_LABEL, parseReference } from '../../shared/reference.ts';

/** Hosts of a provider beside the one of its API, and the user name that it takes with a token. */
const SITES: Readonly<Record<string, { readonly hosts: readonly string[]; readonly user: string }>> = {
  github: { hosts: ['github.com', 'gist.github.com', 'ghcr.io'], user: 'x-access-token' },
  gitlab: { hosts: ['gitlab.com', 'registry.gitlab.com'], user: 'oauth2' },
  huggingface: { hosts: ['huggingface.co'], user: 'hf_user' },
};
const OTHER_USER = 'token';

/** Where a password is wanted: an origin as `new URL()` writes it, "https://github.com". */
export interface Wanted {
  readonly origin: string;
  /** The user name that the tool has already, or null. */
  readonly user: string | null;
}

/** The origin of what a tool asks about, or null where it is not a place for a password of ours. */
export function originOf(protocol: string, host: string): string | null {
  if (protocol !== 'https' && protocol !== 'http') return null;
  if (!/^[a-z0-9.\-:[\]]+$/i.test(host)) return null;
  try {
    return new URL(`${protocol}://${host}`).origin;
  } catch {
    return null;
  }
}

const originOfUrl = (url: string): string | null => {
  try {
    return new URL(url).origin;
  } catch {
    return null;
  }
};

/** The places of a provider's own that the catalogue names; all of them https. Fields in a base URL name no one place. */
export function originsOfProvider({ id, baseUrl }: Pick<ProviderInfo, 'id' | 'baseUrl'>): readonly string[] {
  const base = baseUrl.default === null || baseUrl.default.includes('{') ? null : originOfUrl(baseUrl.default);
  const all = [base, ...(SITES[id]?.hosts ?? []).map((host) => `https://${host}`)];
  return all.filter((origin): origin is string => origin?.startsWith('https://') === true);
}

/**
 * The exact places that a credential may be sent to. One with an address of its own goes there and nowhere else; plain
 * http only where the owner said `--local` of that very address.
 */
function originsOf(credential: CredentialSummary, provider: ProviderInfo | undefined): readonly string[] {
  if (credential.baseUrl === null) return provider === undefined ? [] : originsOfProvider(provider);
  const origin = originOfUrl(credential.baseUrl);
  if (origin === null || (!origin.startsWith('https://') && !credential.local)) return [];
  // The API of a GitHub company site is a host beside that of its repositories.
  const site = origin.replace(/^https:\/\/api\./, 'https://');
  return credential.provider === 'github' && site.endsWith('.ghe.com') ? [origin, site] : [origin];
}

/** The user name that goes with it: its own, or the one its provider takes with tokens. */
export function userOf(credential: CredentialSummary): string {
  const own = credential.fields.find(({ name, secret }) => !secret && (name === 'user' || name === 'username'));
  return own?.shown || (SITES[credential.provider]?.user ?? OTHER_USER);
}

export type Match =
  | { readonly kind: 'found'; readonly credential: CredentialSummary }
  | { readonly kind: 'none' }
  | { readonly kind: 'several'; readonly refs: readonly string[] };

/**
 * The credential for a place. Of several: the one that the caller named, the one with the wanted user name or label,
 * the one labelled `default`; else none, for a guess would send a key where it is not meant to go.
 */
export function matchCredential(
  wanted: Wanted,
  credentials: readonly CredentialSummary[],
  providers: readonly ProviderInfo[],
  named: string | null,
): Match {
  const fitting = credentials.filter(
    (credential) =>
      credential.state === 'active' &&
      originsOf(
        credential,
        providers.find(({ id }) => id === credential.provider),
      ).includes(wanted.origin),
  );
  const chosen = narrow(fitting, wanted.user, named);
  // One label may be there twice, as the user's own and as a shared one: they have one reference, and it is resolved.
  const refs = [...new Set(chosen.map(({ ref }) => ref))];
  const [credential] = chosen;
  if (credential === undefined) return { kind: 'none' };
  return refs.length > 1 ? { kind: 'several', refs } : { kind: 'found', credential };
}

function narrow(
  fitting: readonly CredentialSummary[],
  user: string | null,
  named: string | null,
): readonly CredentialSummary[] {
  if (named !== null) {
    const { provider, label } = parseReference(named);
    return fitting.filter((each) => each.provider === provider && each.label === label);
  }
  const rules = [
    (each: CredentialSummary) => user !== null && userOf(each) === user && user !== SITES[each.provider]?.user,
    (each: CredentialSummary) => user !== null && each.label === user.toLowerCase(),
    (each: CredentialSummary) => each.label === DEFAULT_LABEL,
  ];
  for (const rule of rules) {
    const found = fitting.filter(rule);
    if (found.length > 0) return found;
  }
  return fitting;
}
