import type Database from 'better-sqlite3';
import { databaseError } from '../store/sqlite-error.ts';
import { NAME_KINDS, type NameKind } from './dimensions.ts';
import { type Named, Names } from './name-table.ts';
import { RecordTable } from './record-table.ts';
import type { ReportingDays } from './reporting-days.ts';
import { BatchSums, RollupTable } from './rollup-table.ts';
import { readUsageState, writeUsageState } from './state-table.ts';
import type { PricedEntry, UsageEntry } from './usage-entry.ts';

const MAX_KNOWN = 20_000;
const CLIENT = NAME_KINDS.indexOf('client');

interface Cell {
  readonly cell: number;
  /** In the order of NAME_KINDS. */
  readonly names: readonly number[];
}

const plain = (name: string): Named => ({ name, shown: name });

/** The tables of usage.db that hold records, for one open database. */
export class UsageStore {
  readonly #db: Database.Database;
  readonly #days: ReportingDays;
  readonly #names: Names;
  readonly #known = new Map<string, Cell>();
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
        const { cell, names } = this.#cellOf(priced.entry);
        if (!this.#records.isNew(names[CLIENT] as number, priced)) continue;
        this.#records.put(priced, cell);
        sums.add(priced, cell, names);
        written.push(priced);
      }
      this.#rollups.add(sums);
      writeUsageState(this.#db, { zone: this.#days.zone, spillId, spillTaken });
      return written;
    });
  }

  /** Remembers whole combinations: a busy client repeats few of them. */
  #cellOf(entry: UsageEntry): Cell {
    const { provider, credential, client, project, endpoint, outcome } = entry;
    const model = entry.result.model ?? '';
    const who = `${credential?.id ?? ''}\n${credential?.ref ?? ''}\n${client?.id ?? ''}\n${client?.name ?? ''}`;
    const key = `${who}\n${provider}\n${project}\n${model}\n${endpoint}\n${outcome}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const named: Readonly<Record<NameKind, Named>> = {
      provider: plain(provider),
      credential: credential === null ? plain('') : { name: credential.id, shown: credential.ref },
      client: client === null ? plain('') : { name: client.id, shown: client.name },
      project: plain(project),
      model: plain(model),
      endpoint: plain(endpoint),
      outcome: plain(outcome),
    };
    const names = NAME_KINDS.map((kind) => this.#names.numberOf(kind, named[kind]));
    const cell = { cell: this.#names.cellOf(names), names };
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(key, cell);
    return cell;
  }

  #transaction<T>(work: () => T): T {
    try {
      return this.#db.transaction(work).immediate();
    } catch (error) {
      this.#known.clear();
      throw databaseError(error);
    }
  }
}
