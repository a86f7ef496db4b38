import { AppError } from './errors.ts';
import { LABEL_PATTERN, PROVIDER_ID_PATTERN } from './reference.ts';

/** What a client may do. A grant without a label covers all labels of its provider. */
export type Grant =
  | { readonly kind: 'keys:list' | 'usage:read' | 'usage:write' | 'metrics:read' }
  | { readonly kind: 'keys:read' | 'proxy'; readonly provider: string; readonly label: string | null };

const PLAIN = ['keys:list', 'usage:read', 'usage:write', 'metrics:read'] as const;
const GRAMMAR =
  'Grants: keys:list, keys:read:PROVIDER[/LABEL], proxy:PROVIDER[/LABEL], usage:read, usage:write, metrics:read.';

/** @throws AppError `invalid_input` for anything outside the grammar. */
export function parseGrant(text: string): Grant {
  const plain = PLAIN.find((kind) => kind === text);
  if (plain !== undefined) return { kind: plain };
  const match = /^(keys:read|proxy):([^/]+)(?:\/(.*))?$/s.exec(text);
  const kind = match?.[1];
  const provider = match?.[2] ?? '';
  const label = match?.[3] ?? null;
  const known = kind === 'keys:read' || kind === 'proxy';
  if (!known || !PROVIDER_ID_PATTERN.test(provider) || (label !== null && !LABEL_PATTERN.test(label))) {
    throw new AppError('invalid_input', 'This grant is not known.', GRAMMAR);
  }
  return { kind, provider, label };
}

export function formatGrant(grant: Grant): string {
  if (!('provider' in grant)) return grant.kind;
  return `${grant.kind}:${grant.provider}${grant.label === null ? '' : `/${grant.label}`}`;
}

/** Whether `held` lets its owner do `kind` on that credential. */
export function grantCovers(held: Grant, kind: 'keys:read' | 'proxy', provider: string, label: string): boolean {
  return (
    held.kind === kind &&
    'provider' in held &&
    held.provider === provider &&
    (held.label === null || held.label === label)
  );
}
