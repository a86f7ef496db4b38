import { z } from 'zod';
import type { AuditFilter } from '../../../shared/contract/audit.ts';
import { AUDIT_PREFIXES } from '../../../shared/audit-words.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { type AuditEntry, type AuditLink, auditEntries } from './audit-log.ts';

/** Entries of one piece of an export. */
const PIECE = 500;

/** Newest first, older than `before` where it is given; one more than `limit` shows that there are more. */
export function searchAudit(
  vault: OpenVault,
  query: { readonly filter: AuditFilter; readonly before?: number | undefined; readonly limit: number },
): { readonly entries: readonly AuditEntry[]; readonly more: boolean } {
  const { filter, before, limit } = query;
  const { where, values } = conditions(filter);
  const found = auditEntries(vault, `WHERE seq < ? ${where} ORDER BY seq DESC LIMIT ?`, [
    before ?? Number.MAX_SAFE_INTEGER,
    ...values,
    limit + 1,
  ]);
  return { entries: found.slice(0, limit), more: found.length > limit };
}

/** Oldest first, from behind `after`, with the chain. `next`: null at the end. */
export function exportAudit(
  vault: OpenVault,
  filter: AuditFilter,
  after: number,
): { readonly entries: readonly AuditLink[]; readonly next: number | null } {
  const { where, values } = conditions(filter);
  const entries = auditEntries(vault, `WHERE seq > ? ${where} ORDER BY seq LIMIT ?`, [after, ...values, PIECE]);
  return { entries, next: entries.length === PIECE ? (entries.at(-1)?.seq ?? null) : null };
}

const nameRow = z.array(z.strictObject({ target: z.string(), name: z.string() }));

/**
 * What quotas and webhooks were called when they were last written, by their ids: also of those that are gone. The log
 * holds it, so nobody else has to be asked.
 */
export function loggedNames(vault: OpenVault, targets: readonly string[]): ReadonlyMap<string, string> {
  if (targets.length === 0) return new Map();
  const rows = vault.db
    .prepare(
      `SELECT target, coalesce(meta ->> 'name', meta ->> 'host') AS name FROM audit
       WHERE target IN (SELECT value FROM json_each(?)) AND (action LIKE 'quota.%' OR action LIKE 'webhook.%')
         AND coalesce(meta ->> 'name', meta ->> 'host') IS NOT NULL ORDER BY seq`,
    )
    .all(JSON.stringify(targets));
  return new Map(nameRow.parse(rows).map(({ target, name }) => [target, name]));
}

function conditions({ area, actor, result, target, from, to }: AuditFilter): {
  readonly where: string;
  readonly values: readonly (string | number)[];
} {
  const parts: [string, readonly (string | number)[]][] = [];
  if (area !== undefined) {
    const prefixes = AUDIT_PREFIXES[area];
    // A range of the text and no LIKE: "_" and "%" mean themselves.
    const either = prefixes.map(() => '(action >= ? AND action < ?)').join(' OR ');
    parts.push([`(${either})`, prefixes.flatMap((prefix) => [`${prefix}.`, `${prefix}/`])]);
  }
  if (actor !== undefined) parts.push(['actor = ?', [actor]]);
  if (result !== undefined) parts.push(['result = ?', [result]]);
  if (target !== undefined) parts.push(['target = ?', [target]]);
  if (from !== undefined) parts.push(['at_ms >= ?', [Date.parse(from)]]);
  if (to !== undefined) parts.push(['at_ms < ?', [Date.parse(to)]]);
  return {
    where: parts.map(([text]) => `AND ${text}`).join(' '),
    values: parts.flatMap(([, given]) => given),
  };
}
