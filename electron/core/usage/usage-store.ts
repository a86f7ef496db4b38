import type Database from 'better-sqlite3';
import { databaseError } from '../store/sqlite-error.ts';
import { BatchSums } from './batch-sums.ts';
import type { CellNames, CountedCall } from './counted-call.ts';
import { NAME_KINDS, type NameKind } from './dimensions.ts';
import { type Named, Names } from './name-table.ts';
import { RecordTable } from './record-table.ts';
import type { ReportingDays } from './reporting-days.ts';
import { RollupTable } from './rollup-table.ts';
import { readUsageState, writeFoldedTo, writeUsageState } from './state-table.ts';
import { beginZoneChange, zoneChangeStep } from './upkeep/zone-change.ts';

const MAX_KNOWN = 20_000;
/** A sixth of a millisecond. */
const ROWS_BETWEEN = 64;
const CLIENT = NAME_KINDS.indexOf('client');

interface Cell {
  readonly cell: number;
  /** In the order of NAME_KINDS. */
  readonly names: readonly number[];
}

/** What was new of a batch. */
export interface Written {
  readonly requests: number;
  readonly cells: readonly CellNames[];
  /** Those that no forwarding saw. */
  readonly reported: readonly CountedCall[];
}

const plain = (name: string): Named => ({ name, shown: name });

/** The tables of usage.db that hold records, for one open database. */
export class UsageStore {
  readonly #db: Database.Database;
  readonly #days: ReportingDays;
  readonly #names: Names;
  /** Whole combinations, by the object that calls of one combination share: a busy client repeats few of them. */
  readonly #known = new Map<CellNames, Cell>();
  #last: { readonly of: CellNames; readonly cell: Cell } | null = null;
  readonly #records: RecordTable;
  readonly #rollups: RollupTable;
  /** The first day that is in no week and month. */
  #foldedTo: number;
  /** The days are being summed again. */
  #isChangingZone: boolean;

  /** Where the reporting zone is another than the one of the day rollups, begins to sum them again. */
  constructor(db: Database.Database, days: ReportingDays) {
    this.#db = db;
    this.#days = days;
    this.#names = new Names(db);
    this.#records = new RecordTable(db);
    this.#rollups = new RollupTable(db);
    const state = readUsageState(db);
    this.#foldedTo = state?.foldedTo ?? 0;
    this.#isChangingZone = state !== null && state.resumFrom !== null;
    if (state !== null && state.zone !== days.zone) {
      this.#transaction(() => beginZoneChange(db, days));
      this.#foldedTo = 0;
      this.#isChangingZone = true;
    }
  }

  /**
   * Writes a batch: records, every rollup and how far the spill file is taken, in one transaction. A reported call that was
   * told before is not written again.
   * @param between - called after every so many rows.
   */
  write(batch: Iterable<CountedCall>, spillId: Buffer, spillTaken: number, between?: () => void): Written {
    return this.#transaction(() => {
      const sums = new BatchSums(this.#days, this.#foldedTo);
      const cells = new Set<CellNames>();
      const reported: CountedCall[] = [];
      let requests = 0;
      for (const call of batch) {
        const { cell, names } = this.#cellOf(call.cell);
        if (!this.#records.isNew(names[CLIENT] as number, call)) continue;
        this.#records.put(call, cell);
        sums.add(call, cell, names);
        cells.add(call.cell);
        requests += 1;
        if (requests % ROWS_BETWEEN === 0) between?.();
        if (call.source !== 'proxy') reported.push(call);
      }
      this.#records.end();
      this.#rollups.add(sums);
      writeUsageState(this.#db, { zone: this.#days.zone, spillId, spillTaken });
      return { requests, cells: [...cells], reported };
    });
  }

  /**
   * Adds the next day that is over to its week and month, or does the next step of a change of the zone, in a transaction of
   * its own: a few milliseconds.
   * @param today - the day that is not over yet.
   * @returns whether there may be more to fold.
   */
  foldOne(today: number): boolean {
    if (this.#isChangingZone) {
      this.#isChangingZone = this.#transaction(() => zoneChangeStep(this.#db, this.#days));
      this.#rollups.forget();
      return true;
    }
    const day = this.#rollups.nextDay(this.#foldedTo);
    if (day === null || day >= today) return false;
    this.#transaction(() => {
      this.#rollups.fold(day);
      writeFoldedTo(this.#db, day + 1);
    });
    this.#foldedTo = day + 1;
    return true;
  }

  #cellOf(of: CellNames): Cell {
    if (this.#last?.of === of) return this.#last.cell;
    const cell = this.#known.get(of) ?? this.#newCell(of);
    this.#last = { of, cell };
    return cell;
  }

  #newCell(of: CellNames): Cell {
    const named: Readonly<Record<NameKind, Named>> = {
      provider: plain(of.provider),
      credential: { name: of.credentialId, shown: of.credentialRef },
      client: { name: of.clientId, shown: of.clientName },
      project: plain(of.project),
      model: plain(of.model),
      endpoint: plain(of.endpoint),
      outcome: plain(of.outcome),
    };
    const names = NAME_KINDS.map((kind) => this.#names.numberOf(kind, named[kind]));
    const cell = { cell: this.#names.cellOf(names), names };
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(of, cell);
    return cell;
  }

  #transaction<T>(work: () => T): T {
    try {
      return this.#db.transaction(work).immediate();
    } catch (error) {
      this.#known.clear();
      this.#last = null;
      this.#records.forget();
      this.#rollups.forget();
      throw databaseError(error);
    }
  }
}
