import type Database from 'better-sqlite3';
import type { CountedCall } from './counted-call.ts';
import type { LeftCalls } from './spilled-calls.ts';
import { readUsageState } from './state-table.ts';
import { prepared } from './statements.ts';
import type { UsageStore, Written } from './usage-store.ts';

/** In one transaction, and in memory: a file may hold hundreds of thousands. */
const AT_A_TIME = 4000;
const NO_SPILL = Buffer.alloc(16);

/**
 * Writes what a spill file has and no batch took. What was taken is looked up in the transaction that writes: another
 * thread, ended or about to, may just be committing the same.
 * @param wrote - told of each transaction.
 * @throws AppError where the database does not take it: what was written so far is not written again.
 */
export function takeOver(
  db: Database.Database,
  store: UsageStore,
  left: LeftCalls,
  wrote?: (written: Written) => void,
): void {
  const taken = (): number => {
    const state = readUsageState(db);
    return state !== null && state.spillId.equals(left.id) ? state.spillTaken : 0;
  };
  for (const groups of someAtATime(left.groups(taken()))) {
    const last = groups.at(-1)?.seq ?? 0;
    const written = db
      .transaction(() => {
        const from = taken();
        const calls = groups.filter(({ seq }) => seq > from).flatMap((group) => group.calls);
        return calls.length === 0 ? null : store.write(calls, left.id, last);
      })
      .immediate();
    if (written !== null) wrote?.(written);
  }
}

/** The same for a file whose calls may be in the database already, or in the other file that was taken over before. */
export function takeOverUnknown(db: Database.Database, store: UsageStore, left: LeftCalls): void {
  for (const groups of someAtATime(left.groups(0))) {
    takeOverMissing(
      db,
      store,
      groups.flatMap(({ calls }) => calls),
    );
  }
}

/** Writes those of some thousand calls, in one transaction, that are not in the database. @throws as `takeOver`. */
export function takeOverMissing(db: Database.Database, store: UsageStore, calls: readonly CountedCall[]): void {
  if (calls.length === 0) return;
  db.transaction(() => {
    const missing = calls.filter((call) => !isRecorded(db, call));
    if (missing.length === 0) return;
    const state = readUsageState(db);
    store.write(missing, state?.spillId ?? NO_SPILL, state?.spillTaken ?? 0);
  }).immediate();
}

function* someAtATime<Group extends { readonly calls: readonly CountedCall[] }>(
  groups: Iterable<Group>,
): Generator<readonly Group[], void> {
  let some: Group[] = [];
  let calls = 0;
  for (const group of groups) {
    some.push(group);
    calls += group.calls.length;
    if (calls < AT_A_TIME) continue;
    yield some;
    some = [];
    calls = 0;
  }
  if (some.length > 0) yield some;
}

function isRecorded(db: Database.Database, { atMs, requestId }: CountedCall): boolean {
  const found = prepared(db, 'SELECT 1 FROM usage_record WHERE at_ms = ? AND request_id = ?').get(atMs, requestId);
  return found !== undefined;
}
