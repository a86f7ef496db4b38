import type Database from 'better-sqlite3';
import { databaseError } from '../store/sqlite-error.ts';
import { BatchSums } from './batch-sums.ts';
import { NAME_KINDS, type NameKind } from './dimensions.ts';
import { type Named, Names } from './name-table.ts';
import { RecordTable } from './record-table.ts';
import type { ReportingDays } from './reporting-days.ts';
import { RollupTable } from './rollup-table.ts';
import { readUsageState, writeFoldedTo, writeUsageState } from './state-table.ts';
import { beginZoneChange, zoneChangeStep } from './upkeep/zone-change.ts';
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
  #last: { readonly entry: UsageEntry; readonly cell: Cell } | null = null;
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
      this.#transaction(() => beginZoneChange(db, days.zone));
      this.#foldedTo = 0;
      this.#isChangingZone = true;
    }
  }

  /**
   * Writes a batch: records, every rollup and how far the spill file is taken, in one transaction.
   * @returns the entries that were new; a reported call that was told before is not written again.
   */
  write(batch: readonly PricedEntry[], spillId: Buffer, spillTaken: number): readonly PricedEntry[] {
    return this.#transaction(() => {
      const sums = new BatchSums(this.#days, this.#foldedTo);
      const written: PricedEntry[] = [];
      for (const priced of batch) {
        const { cell, names } = this.#cellOf(priced.entry);
        if (!this.#records.isNew(names[CLIENT] as number, priced)) continue;
        this.#records.put(priced, cell);
        sums.add(priced, cell, names);
        written.push(priced);
      }
      this.#records.end();
      this.#rollups.add(sums);
      writeUsageState(this.#db, { zone: this.#days.zone, spillId, spillTaken });
      return written;
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

  /** Remembers whole combinations: a busy client repeats few of them. */
  #cellOf(entry: UsageEntry): Cell {
    if (this.#last !== null && isSameKind(this.#last.entry, entry)) return this.#last.cell;
    const { provider, credential, client, project, endpoint, outcome } = entry;
    const model = entry.result.model ?? '';
    const who = `${credential?.id ?? ''}\n${credential?.ref ?? ''}\n${client?.id ?? ''}\n${client?.name ?? ''}`;
    const key = `${who}\n${provider}\n${project}\n${model}\n${endpoint}\n${outcome}`;
    const cell = this.#known.get(key) ?? this.#newCell(entry, key);
    this.#last = { entry, cell };
    return cell;
  }

  #newCell(entry: UsageEntry, key: string): Cell {
    const { provider, credential, client, project, endpoint, outcome } = entry;
    const named: Readonly<Record<NameKind, Named>> = {
      provider: plain(provider),
      credential: credential === null ? plain('') : { name: credential.id, shown: credential.ref },
      client: client === null ? plain('') : { name: client.id, shown: client.name },
      project: plain(project),
      model: plain(entry.result.model ?? ''),
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
      this.#last = null;
      this.#records.forget();
      this.#rollups.forget();
      throw databaseError(error);
    }
  }
}

/** Whether two calls belong to one cell, told as quickly as most are: the same tool asks the same again. */
function isSameKind(one: UsageEntry, other: UsageEntry): boolean {
  return (
    one.client?.id === other.client?.id &&
    one.client?.name === other.client?.name &&
    one.credential?.id === other.credential?.id &&
    one.credential?.ref === other.credential?.ref &&
    one.result.model === other.result.model &&
    one.endpoint === other.endpoint &&
    one.outcome === other.outcome &&
    one.provider === other.provider &&
    one.project === other.project
  );
}
