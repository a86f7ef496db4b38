import { createHash } from 'node:crypto';
import type Database from 'better-sqlite3';
import { z } from 'zod';
import type { ImportSource } from '../../../../shared/contract/usage-imports.ts';
import { NAME_KINDS, numberOf } from '../dimensions.ts';
import type { Tokens } from '../meter/tally.ts';
import { summedAs } from '../summed-rows.ts';
import type { UsageEntry } from '../usage-entry.ts';

/** A call as a tool or an export tells of it: figures and names, never what was said. */
export interface ImportedCall {
  /** What makes it one call and no other, however often and in whichever file it is found. */
  readonly identity: readonly (string | number)[];
  readonly atMs: number;
  readonly provider: string;
  readonly model: string | null;
  readonly tokens: Tokens;
  readonly webSearches: number;
  /** What the provider says it costs. */
  readonly costMicroUsd: number | null;
  readonly serviceTier: string | null;
  readonly region: string | null;
  /** Folder that the tool worked in. */
  readonly project: string;
  readonly endpoint: string;
  readonly latencyMs: number | null;
  readonly firstByteMs: number | null;
  /** A row that sums many calls, a day of a model: until when it does. null: one call. */
  readonly sumsToMs: number | null;
  /** How many requests a row stands for, where the export says. */
  readonly requests?: number | null;
}

/** Who an imported call is counted for: so that sums can tell it from what went through here. */
export const IMPORT_CLIENTS: Readonly<Record<ImportSource, { readonly id: string; readonly name: string }>> = {
  'claude-code': { id: 'import:claude-code', name: 'Claude Code (imported)' },
  codex: { id: 'import:codex', name: 'Codex (imported)' },
  csv: { id: 'import:csv', name: 'Export of a provider (imported)' },
};

/** No client token has an id like these. */
export const isImportClient = (id: string): boolean => id.startsWith('import:');

/** Their numbers in usage_name, as far as they were ever counted. */
export function importClients(db: Database.Database): number[] {
  const ids = Object.values(IMPORT_CLIENTS).map(({ id }) => id);
  const rows = db
    .prepare(`SELECT id FROM usage_name WHERE kind = ? AND name IN (${ids.map(() => '?').join(', ')})`)
    .pluck()
    .all(numberOf(NAME_KINDS, 'client'), ...ids);
  return z.array(z.int()).parse(rows);
}

const MAX_PROJECT = 1024;

/** The same call has the same id in every import: it is counted once. */
export function requestIdOf(source: ImportSource, { identity }: ImportedCall): string {
  const hash = createHash('sha256').update(JSON.stringify(['kh/import/v1', source, ...identity]));
  return hash.digest('hex').slice(0, 40);
}

export function entryOf(source: ImportSource, call: ImportedCall): UsageEntry {
  return {
    atMs: call.atMs,
    requestId: requestIdOf(source, call),
    source: 'import',
    client: IMPORT_CLIENTS[source],
    credential: null,
    provider: call.provider,
    project: call.project.slice(0, MAX_PROJECT),
    endpoint: call.endpoint,
    method: 'POST',
    status: 200,
    outcome: 'ok',
    latencyMs: call.latencyMs ?? 0,
    firstByteMs: call.firstByteMs,
    retryOf: null,
    result: {
      measure: 'measured',
      seen: true,
      model: call.model,
      tokens: call.tokens,
      quantity: null,
      webSearches: call.webSearches,
      providerCostMicroUsd: call.costMicroUsd,
      serviceTier: call.serviceTier,
      region: call.region,
      errorType: null,
      ...summedAs(call.endpoint),
    },
  };
}
