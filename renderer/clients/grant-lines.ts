import type { AccessGrant } from '../../shared/contract/access.ts';
import type { ClientSummary } from '../../shared/contract/schemas.ts';
import { parseGrant } from '../../shared/grant.ts';
import type { ProviderInfo } from '../../shared/provider/info.ts';
import { m } from '../i18n/messages.ts';
import { grantWords } from './grant-words.ts';
import { shortReference } from './short-reference.ts';

/** One row of the grants table: what the gate remembers, or one grant of a client's token. */
export interface GrantLine {
  readonly key: string;
  readonly origin:
    | { readonly kind: 'remembered'; readonly grant: AccessGrant }
    | { readonly kind: 'token'; readonly client: ClientSummary; readonly text: string };
  readonly who: string;
  readonly whoKind: string;
  readonly what: string;
  readonly form: string;
  readonly lasts: string;
  readonly folder: string | null;
  readonly since: string;
  /** null: never. For a client's own grant it is the client's. */
  readonly lastUsedAt: string | null;
}

type Providers = ReadonlyMap<string, ProviderInfo>;
type Words = { readonly formatDate: (iso: string) => string };

function remembered(grant: AccessGrant, { formatDate }: Words): GrantLine {
  const { id, caller, ref, form, lasts, folder, createdAt, expiresAt, lastUsedAt } = grant;
  return {
    key: `grant-${id}`,
    origin: { kind: 'remembered', grant },
    who: caller.name,
    whoKind: m.grants.kinds[caller.kind],
    what: form === 'owner' ? m.grants.everything : shortReference(ref),
    form: m.grants.forms[form],
    lasts: lasts === 'always' && expiresAt !== null ? m.grants.until(formatDate(expiresAt)) : m.grants.lasts[lasts],
    folder,
    since: createdAt,
    lastUsedAt,
  };
}

function ofToken(client: ClientSummary, text: string, providers: Providers, { formatDate }: Words): GrantLine {
  let what = grantWords(text, providers);
  let form: string = m.grants.noForm;
  try {
    const grant = parseGrant(text);
    if ('provider' in grant) {
      what = grant.label === null ? m.grants.all(grant.provider) : `${grant.provider}/${grant.label}`;
      form = m.grants.forms[grant.kind === 'proxy' ? 'proxy' : 'value'];
    }
  } catch {
    // One of a later version is shown as it is written.
  }
  return {
    key: `token-${client.id}-${text}`,
    origin: { kind: 'token', client, text },
    who: client.name,
    whoKind: m.grants.kinds.token,
    what,
    form,
    lasts: m.grants.until(formatDate(client.expiresAt)),
    folder: null,
    since: client.createdAt,
    lastUsedAt: client.lastUsedAt,
  };
}

/** Newest first; clients that are gone grant nothing any more. */
export function grantLines(
  grants: readonly AccessGrant[],
  clients: readonly ClientSummary[],
  providers: Providers,
  words: Words,
): readonly GrantLine[] {
  const active = clients.filter((client) => client.state === 'active');
  return [
    ...grants.map((grant) => remembered(grant, words)),
    ...active.flatMap((client) => client.grants.map((text) => ofToken(client, text, providers, words))),
  ].sort((a, b) => b.since.localeCompare(a.since));
}

/** Whether a line holds every word that was typed. */
export function lineMatches(line: GrantLine, query: string): boolean {
  const text = [line.who, line.whoKind, line.what, line.form, line.lasts, line.folder ?? ''].join('\n').toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
