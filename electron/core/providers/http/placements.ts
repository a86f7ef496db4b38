import type { AuthKindDescriptor } from '../../../../shared/provider/auth-kind.ts';
import { fillTemplate, templateFields } from '../catalogue.ts';

/** Where a credential goes in a request, from the catalogue's words alone. Checks and the proxy share it. */
export type FieldValue = (field: string) => string | undefined;

/** A request that is still being put together. Header names are in lower case. */
export interface Placing {
  readonly url: URL;
  readonly headers: Map<string, string>;
}

/** A member of the JSON object in the body. */
export interface BodyMember {
  readonly name: string;
  readonly value: string;
}

/**
 * Puts the credential into URL and headers, over what stands there.
 * @param value - filled-in fields, and defaults behind them.
 * @returns what belongs into the body; signatures and whole URLs are the caller's.
 */
export function placeCredential(kind: AuthKindDescriptor, value: FieldValue, { url, headers }: Placing): BodyMember[] {
  const members: BodyMember[] = [];
  for (const placement of kind.send) {
    switch (placement.where) {
      case 'header':
      case 'query': {
        const filled = templateFields(placement.value).every((name) => value(name) !== undefined);
        if (placement.optional && !filled) break;
        const name = fillTemplate(placement.name, value);
        const text = fillTemplate(placement.value, value);
        if (placement.where === 'header') headers.set(name.toLowerCase(), text);
        else url.searchParams.set(name, text);
        break;
      }
      case 'path':
        url.pathname = `${fillTemplate(placement.prefix, value)}${url.pathname}`;
        break;
      case 'body':
        members.push({ name: placement.name, value: fillTemplate(placement.value, value) });
        break;
      case 'basic': {
        const pair = `${fillTemplate(placement.user, value)}:${fillTemplate(placement.password, value)}`;
        headers.set('authorization', `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`);
        break;
      }
      case 'url':
      case 'sigv4': // signed when all else is there
        break;
    }
  }
  return members;
}

/** The keys and scope of a kind that signs its requests; null for all others. */
export function signingOf(kind: AuthKindDescriptor, value: FieldValue) {
  const placement = kind.send.find((each) => each.where === 'sigv4');
  if (placement === undefined) return null;
  return {
    keys: {
      accessKeyId: value(placement.accessKeyId) ?? '',
      secretAccessKey: value(placement.secretAccessKey) ?? '',
      sessionToken: value(placement.sessionToken),
    },
    scope: { service: placement.service, region: fillTemplate(placement.region, value) },
  };
}

/**
 * The address that a webhook credential is, without a fragment; null where it is not one of this provider's. Where the
 * credential has its own base URL, it has to lie under that.
 */
export function webhookUrl(
  kind: AuthKindDescriptor,
  value: FieldValue,
  base: { readonly url: string; readonly isOwn: boolean },
): URL | null {
  const placement = kind.send.find((each) => each.where === 'url');
  if (placement === undefined) return null;
  const url = URL.parse(value(placement.field) ?? '');
  const allowed = base.isOwn ? [`${base.url}/`] : placement.prefixes;
  const isUnder = allowed.some((prefix) => url?.href.startsWith(prefix) === true);
  if (url === null || !isUnder || url.username !== '' || url.password !== '') return null;
  url.hash = '';
  return url;
}
