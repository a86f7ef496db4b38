import type Database from 'better-sqlite3';
import { z } from 'zod';
import { NAME_KINDS, type NameKind, numberOf } from '../dimensions.ts';
import type { UsageFilter, UsageRemark } from '../../../../shared/contract/usage.ts';

/** A filter as numbers of usage_name, by kind. An empty list matches nothing. */
export type NumberedFilter = ReadonlyMap<NameKind, readonly number[]>;

const ids = z.array(z.int());
const shownRow = z.array(z.strictObject({ id: z.int(), shown: z.string() }));

/** What is asked for by the name that people see, or by the id of a credential or client. */
export function numbered(
  db: Database.Database,
  filter: UsageFilter | undefined,
): { readonly filter: NumberedFilter; readonly remarks: readonly UsageRemark[] } {
  const all = new Map<NameKind, readonly number[]>();
  const remarks: UsageRemark[] = [];
  const find = db.prepare('SELECT id FROM usage_name WHERE kind = ? AND (name = ? OR shown = ?)').pluck();
  for (const kind of NAME_KINDS) {
    const names = filter?.[kind];
    if (names === undefined) continue;
    const found = names.map((name) => ids.parse(find.all(numberOf(NAME_KINDS, kind), name, name)));
    all.set(kind, [...new Set(found.flat())]);
    if (found.some((numbers) => numbers.length === 0)) {
      remarks.push({ code: 'unknown-name', text: `Nothing was ever counted under one of the names given as ${kind}.` });
    }
  }
  return { filter: all, remarks };
}

/** What people see for these numbers. */
export function shownNames(db: Database.Database, numbers: Iterable<number>): ReadonlyMap<number, string> {
  const wanted = [...numbers];
  const rows = db
    .prepare('SELECT id, shown FROM usage_name WHERE id IN (SELECT value FROM json_each(?))')
    .all(JSON.stringify(wanted));
  return new Map(shownRow.parse(rows).map(({ id, shown }) => [id, shown]));
}
