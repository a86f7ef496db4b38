import type Database from 'better-sqlite3';
import { z } from 'zod';
import { NAME_KINDS, numberOf } from '../usage/dimensions.ts';
import type { Amounts, Subject } from './subject.ts';

/** Reads single records in the order of their time, for what asks "what if". Runs on the worker thread. */

const cellRow = z.strictObject({
  id: z.int(),
  provider: z.string(),
  credential: z.string(),
  client: z.string(),
  project: z.string(),
});
const OUTCOME = numberOf(NAME_KINDS, 'outcome');
const CELLS = `
  SELECT c.id AS id, provider.name AS provider, credential.name AS credential, client.name AS client,
    project.name AS project
  FROM usage_cell c
  JOIN usage_name provider ON provider.id = c.provider
  JOIN usage_name credential ON credential.id = c.credential
  JOIN usage_name client ON client.id = c.client
  JOIN usage_name project ON project.id = c.project
  WHERE c.outcome NOT IN (SELECT id FROM usage_name WHERE kind = ${OUTCOME} AND name IN ('refused', 'cached'))`;
const RECORDS = `
  SELECT at_ms, cell, input_tokens + cache_read_tokens + cache_write_tokens + cache_write_long_tokens + output_tokens,
    cost_micro_usd
  FROM usage_record WHERE at_ms >= ? AND at_ms < ? ORDER BY at_ms`;

export interface Replayed extends Amounts {
  readonly atMs: number;
  readonly subject: Subject;
}

/** Calls that were sent, from `fromMs` to before `toMs`, of subjects that `concerns`. */
export function* replay(
  db: Database.Database,
  fromMs: number,
  toMs: number,
  concerns: (subject: Subject) => boolean,
): Generator<Replayed> {
  const subjects = new Map<number, Subject>();
  for (const { id, ...subject } of z.array(cellRow).parse(db.prepare(CELLS).all())) {
    if (concerns(subject)) subjects.set(id, subject);
  }
  if (subjects.size === 0) return;
  const rows = db.prepare(RECORDS).raw().iterate(fromMs, toMs) as IterableIterator<
    [number, number, number, number | null] // what the statement selects; a schema for each of millions would cost more than all else
  >;
  for (const [atMs, cell, tokens, cost] of rows) {
    const subject = subjects.get(cell);
    if (subject === undefined) continue;
    yield { atMs, subject, requests: 1, tokens, cost: cost ?? 0, unpriced: cost === null ? 1 : 0 };
  }
}

/** The first raw record there is; null where there is none. */
export function firstRecordMs(db: Database.Database): number | null {
  return z.int().nullable().parse(db.prepare('SELECT min(at_ms) FROM usage_record').pluck().get());
}
