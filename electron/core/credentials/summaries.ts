import { z } from 'zod';
import type { CredentialDetail, CredentialSummary } from '../../../shared/contract/schemas.ts';
import { VALIDATION_RESULTS, validationResult } from '../../../shared/provider/answer.ts';
import { formatReference } from '../../../shared/reference.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { isNamedByFields } from '../providers/place.ts';
import type { LastUse } from '../usage/last-used.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { toTimestamp } from './expiry.ts';
import { type CheckRow, checkRow, type CredentialRow, credentialRow, idToHex, shownFieldRow } from './rows.ts';
import { listVersions } from './version-table.ts';
import { hintFor } from './token-words.ts';

const facts = z.array(z.strictObject({ label: z.string(), value: z.string() }));

/** `primary`, `fields` and labels come from the catalogue; a kind that left it shows its fields by name. */
export interface SummaryFilter {
  readonly id?: Buffer;
  readonly provider?: string | undefined;
  readonly state?: CredentialRow['state'] | undefined;
}

function lastTestOf(row: CheckRow, credential: CredentialRow): NonNullable<CredentialSummary['lastTest']> {
  const result = validationResult.safeParse(row.result);
  return {
    result: result.success ? result.data : VALIDATION_RESULTS[7],
    latencyMs: row.latency_ms,
    detail: row.detail,
    hint: hintFor(row.hint, credential),
    facts: facts.parse(JSON.parse(row.facts)),
    checkedAt: toTimestamp(row.checked_at_ms),
  };
}

const currentVersion = z.strictObject({
  credential_id: z.instanceof(Buffer),
  fingerprint: z.string(),
  created_at_ms: z.int(),
});
const tagRow = z.strictObject({ credential_id: z.instanceof(Buffer), tag: z.string() });

function byCredential<T extends { readonly credential_id: Buffer }>(rows: readonly T[]): Map<string, T[]> {
  const grouped = new Map<string, T[]>();
  for (const row of rows) {
    const key = idToHex(row.credential_id);
    const group = grouped.get(key);
    if (group) group.push(row);
    else grouped.set(key, [row]);
  }
  return grouped;
}

/** Written out per filter, so that one credential is found by its key and not by a walk over all of them. */
function conditions(filter: SummaryFilter): { readonly where: string; readonly values: readonly unknown[] } {
  if (filter.id !== undefined) return { where: 'c.id = ?', values: [filter.id] };
  const state = filter.state === undefined ? `c.state <> 'binned'` : 'c.state = ?';
  const values = filter.state === undefined ? [] : [filter.state];
  if (filter.provider === undefined) return { where: state, values };
  return { where: `${state} AND c.provider = ?`, values: [...values, filter.provider] };
}

/**
 * Everything a list shows, in six statements and without opening a secret; 5,000 credentials cost the same six.
 * @param filter - without `state` all but the bin; without `id` and `provider` all of them.
 */
export function readSummaries(
  vault: OpenVault,
  catalogue: Catalogue,
  lastUsed: (id: string) => LastUse | null | undefined,
  filter: SummaryFilter,
): CredentialSummary[] {
  const { db } = vault;
  const { where, values } = conditions(filter);
  const all = (sql: string) => db.prepare(sql).all(...values);
  const rows = z
    .array(credentialRow)
    .parse(all(`SELECT c.* FROM credential c WHERE ${where} ORDER BY c.provider, c.label, c.scope DESC`));
  const versions = byCredential(
    z.array(currentVersion).parse(
      all(`SELECT v.credential_id, v.fingerprint, v.created_at_ms FROM credential c
           JOIN credential_version v ON v.credential_id = c.id AND v.version = c.current_version WHERE ${where}`),
    ),
  );
  const fields = byCredential(
    z.array(shownFieldRow).parse(
      all(`SELECT f.credential_id, f.name, f.sealed IS NOT NULL AS secret, coalesce(f.value, f.masked) AS shown
           FROM credential c JOIN credential_field f ON f.credential_id = c.id AND f.version = c.current_version
           WHERE ${where}`),
    ),
  );
  const tags = byCredential(
    z.array(tagRow).parse(
      all(`SELECT t.credential_id, t.tag FROM credential c JOIN credential_tag t ON t.credential_id = c.id
             WHERE ${where} ORDER BY t.tag`),
    ),
  );
  const checks = byCredential(
    z.array(checkRow).parse(
      all(`SELECT k.* FROM credential c JOIN credential_check k ON k.credential_id = c.id
             AND k.version = c.current_version WHERE ${where}`),
    ),
  );
  return rows.map((row) => {
    const id = idToHex(row.id);
    const provider = catalogue.find(row.provider);
    const kind = provider?.auth.find((each) => each.kind === row.auth_kind);
    const own = fields.get(id) ?? [];
    const isNamed = (origin: string) =>
      provider !== undefined &&
      kind !== undefined &&
      isNamedByFields({ provider, kind }, origin, (name) => own.find((field) => field.name === name)?.shown);
    const order = kind?.fields.map((field) => field.name) ?? [];
    const primary = kind?.primary ?? own.find((field) => field.secret === 1)?.name ?? 'api_key';
    const version = versions.get(id)?.[0];
    const check = checks.get(id)?.[0];
    const use = lastUsed(id);
    return {
      id,
      ref: formatReference(row),
      provider: row.provider,
      label: row.label,
      name: row.name,
      scope: row.scope,
      authKind: row.auth_kind,
      state: row.state,
      version: row.current_version,
      primary,
      masked: own.find((field) => field.name === primary)?.shown ?? '',
      fingerprint: version?.fingerprint ?? '',
      fields: own
        .toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
        .map((field) => ({
          name: field.name,
          label: kind?.fields.find((each) => each.name === field.name)?.label ?? field.name,
          secret: field.secret === 1,
          shown: field.shown,
        })),
      tags: (tags.get(id) ?? []).map((each) => each.tag),
      project: row.project,
      note: row.note,
      // Where public fields name the place, they show it.
      baseUrl: row.origin === '' || isNamed(row.origin) ? null : row.origin,
      local: row.local === 1,
      weakestForm: row.weakest_form,
      expiresAt: toTimestamp(row.expires_at_ms),
      createdAt: toTimestamp(row.created_at_ms),
      updatedAt: toTimestamp(row.updated_at_ms),
      rotatedAt: row.current_version > 1 && version ? toTimestamp(version.created_at_ms) : null,
      binnedAt: toTimestamp(row.binned_at_ms),
      lastUsedAt: toTimestamp(use?.atMs ?? null),
      lastUsedBy: use?.usedBy ?? null,
      lastTest: check ? lastTestOf(check, row) : null,
    };
  });
}

/** @throws Error when the row is gone: the caller found it a moment ago in the same turn. */
export function readDetail(
  vault: OpenVault,
  catalogue: Catalogue,
  lastUsed: (id: string) => LastUse | null | undefined,
  id: Buffer,
): CredentialDetail {
  const [summary] = readSummaries(vault, catalogue, lastUsed, { id });
  if (summary === undefined) throw new Error('a credential vanished while it was read');
  return {
    ...summary,
    versions: listVersions(vault.db, id).map((row) => ({
      version: row.version,
      state: row.state,
      fingerprint: row.fingerprint,
      createdAt: toTimestamp(row.created_at_ms),
      stateChangedAt: toTimestamp(row.state_changed_at_ms),
    })),
  };
}
