import type Database from 'better-sqlite3';
import { databaseError } from '../store/sqlite-error.ts';
import { NAME_KINDS } from './dimensions.ts';
import { type Named, Names } from './name-table.ts';
import { RecordTable } from './record-table.ts';
import type { ReportingDays } from './reporting-days.ts';
import { BatchSums, RollupTable } from './rollup-table.ts';
import { readUsageState, writeUsageState } from './state-table.ts';
import type { PricedEntry, UsageEntry } from './usage-entry.ts';

const UNKNOWN: Named = { name: '', shown: '' };

/** The tables of usage.db that hold records, for one open database. */
export class UsageStore {
  readonly #db: Database.Database;
  readonly #days: ReportingDays;
  readonly #names: Names;
  readonly #records: RecordTable;
  readonly #rollups: RollupTable;

  /** Where the reporting zone is another than the one of the day rollups, sums them anew. */
  constructor(db: Database.Database, days: ReportingDays) {
    this.#db = db;
    this.#days = days;
    this.#names = new Names(db);
    this.#records = new RecordTable(db);
    this.#rollups = new RollupTable(db);
    const state = readUsageState(db);
    if (state !== null && state.zone !== days.zone) {
      this.#transaction(() => {
        this.#rollups.rebuildDays(days);
        writeUsageState(db, { ...state, zone: days.zone });
      });
    }
  }

  /**
   * Writes a batch: records, every rollup and how far the spill file is taken, in one transaction.
   * @returns the entries that were new; a reported call that was told before is not written again.
   */
  write(batch: readonly PricedEntry[], spillId: Buffer, spillTaken: number): readonly PricedEntry[] {
    return this.#transaction(() => {
      const sums = new BatchSums(this.#days);
      const written: PricedEntry[] = [];
      for (const priced of batch) {
        const names = this.#namesOf(priced.entry);
        const client = names[NAME_KINDS.indexOf('client')] as number;
        if (!this.#records.isNew(client, priced)) continue;
        const cell = this.#names.cellOf(names);
        this.#records.put(priced, cell);
        sums.add(priced, cell, names);
        written.push(priced);
      }
      this.#rollups.add(sums);
      writeUsageState(this.#db, { zone: this.#days.zone, spillId, spillTaken });
      return written;
    });
  }

  #namesOf(entry: UsageEntry): readonly number[] {
    const plain = (name: string): Named => ({ name, shown: name });
    const named: Readonly<Record<(typeof NAME_KINDS)[number], Named>> = {
      provider: plain(entry.provider),
      credential: entry.credential === null ? UNKNOWN : { name: entry.credential.id, shown: entry.credential.ref },
      client: entry.client === null ? UNKNOWN : { name: entry.client.id, shown: entry.client.name },
      project: plain(entry.project),
      model: plain(entry.result.model ?? ''),
      endpoint: plain(entry.endpoint),
      outcome: plain(entry.outcome),
    };
    return NAME_KINDS.map((kind) => this.#names.numberOf(kind, named[kind]));
  }

  #transaction<T>(work: () => T): T {
    try {
      return this.#db.transaction(work).immediate();
    } catch (error) {
      this.#names.forget();
      throw databaseError(error);
    }
  }
}
