import { z } from 'zod';
import { type CellNames, type CountedCall, isUsual } from './counted-call.ts';
import { OUTCOMES, SOURCES } from './dimensions.ts';
import { MEASURES } from './meter/meter.ts';
import { UNITS } from './meter/tally.ts';
import { PRICE_REASONS } from './prices/price-of.ts';
import { type LeftSpill, readSpill, Spill, type SpillPlace } from './spill.ts';

/**
 * How calls stand in the spill file: `{"cells": [[number, names], …], "calls": [[number of the cell, value, …], …]}`. The
 * names of a cell are told once, at its first call since the file was last emptied; values that are usual are left out.
 */
const name = z.string().max(256);
const tokens = z.int().min(0).max(1e12);
const cellNames = z.strictObject({
  provider: name,
  credentialId: name,
  credentialRef: name,
  clientId: name,
  clientName: name,
  project: z.string().max(1024),
  model: name,
  endpoint: name,
  outcome: z.enum(OUTCOMES),
});
/** In the order of `valuesOf`. */
const USUAL = {
  atMs: z.int().min(0),
  requestId: z.string().min(1).max(128),
  credentialVersion: z.int().nullable(),
  method: z.string().max(16),
  status: z.int().min(0).max(999),
  measure: z.enum(MEASURES),
  inputTokens: tokens,
  cacheReadTokens: tokens,
  outputTokens: tokens,
  reasoningTokens: tokens,
  costMicroUsd: z.int().nullable(),
  cacheSavedMicroUsd: z.int().min(0),
  why: z.enum(PRICE_REASONS),
  latencyMs: z.number().min(0),
  firstByteMs: z.number().min(0).nullable(),
} as const;
const RARE = {
  source: z.enum(SOURCES).default('proxy'),
  retryOf: z.string().max(128).nullable().default(null),
  errorType: name.nullable().default(null),
  cacheWriteTokens: tokens.default(0),
  cacheWriteLongTokens: tokens.default(0),
  unit: z.enum(UNITS).nullable().default(null),
  thousandths: z.int().min(0).nullable().default(null),
  webSearches: z.int().min(0).default(0),
  serviceTier: name.nullable().default(null),
  region: name.nullable().default(null),
  providerRequestId: z.string().max(128).nullable().default(null),
} as const;
const spilledCall = z.strictObject({ ...USUAL, ...RARE });
const FIELDS = Object.keys(spilledCall.shape);
const spilled = z.strictObject({
  cells: z.array(z.tuple([z.int(), cellNames])),
  calls: z.array(z.tuple([z.int()], z.unknown())),
});

/** So many calls fill an entry of the spill file to a few tens of KiB, and with the longest names to half of what it takes. */
const AT_ONCE = 64;

/** Calls that were counted and are in no database yet, in a spill file. */
export class SpilledCalls {
  readonly #spill: Spill;
  readonly #numbers = new Map<CellNames, number>();
  #isMarked = false;

  /** Replaces what is there: read it with `readSpilledCalls` before. @throws AppError where the disk does not take it. */
  constructor(place: SpillPlace) {
    this.#spill = new Spill(place);
  }

  /** 16 bytes. */
  get id(): Buffer {
    return this.#spill.id;
  }

  /** The number of the last entry. */
  get seq(): number {
    return this.#spill.seq;
  }

  /**
   * @returns whether there was room for all of them.
   * @throws AppError where the disk does not take them.
   */
  add(calls: readonly CountedCall[]): boolean {
    let areAdded = true;
    for (let from = 0; from < calls.length; from += AT_ONCE) {
      let isAdded = false;
      try {
        isAdded = this.#spill.append(this.#text(calls.slice(from, from + AT_ONCE)));
      } finally {
        if (!isAdded) this.#numbers.clear(); // the file may lack names: they are told again
      }
      areAdded &&= isAdded;
    }
    return areAdded;
  }

  /** What is added from now on outlasts the next `clear`. */
  mark(): void {
    this.#numbers.clear(); // names that were told before do not outlast it
    this.#isMarked = true;
    this.#spill.mark();
  }

  /** All of it, or what was there at the last `mark`, is committed to the database. @throws AppError where the disk fails. */
  clear(): void {
    if (!this.#isMarked) this.#numbers.clear();
    this.#isMarked = false;
    this.#spill.clear();
  }

  /** @param keep - what no batch took stays for the next unlock. */
  close(keep: boolean): void {
    this.#spill.close(keep);
  }

  #text(calls: readonly CountedCall[]): string {
    const cells: (readonly [number, CellNames])[] = [];
    const values = calls.map((call) => {
      let number = this.#numbers.get(call.cell);
      if (number === undefined) {
        number = this.#numbers.size;
        this.#numbers.set(call.cell, number);
        cells.push([number, call.cell]);
      }
      return valuesOf(call, number);
    });
    return JSON.stringify({ cells, calls: values });
  }
}

function valuesOf(call: CountedCall, cell: number): readonly unknown[] {
  const values: unknown[] = [
    cell,
    call.atMs,
    call.requestId,
    call.credentialVersion,
    call.method,
    call.status,
    call.measure,
    call.inputTokens,
    call.cacheReadTokens,
    call.outputTokens,
    call.reasoningTokens,
    call.costMicroUsd,
    call.cacheSavedMicroUsd,
    call.why,
    call.latencyMs,
    call.firstByteMs,
  ];
  if (isUsual(call)) return values;
  values.push(
    call.source,
    call.retryOf,
    call.errorType,
    call.cacheWriteTokens,
    call.cacheWriteLongTokens,
    call.unit,
    call.thousandths,
    call.webSearches,
    call.serviceTier,
    call.region,
    call.providerRequestId,
  );
  return values;
}

/** Calls of one entry of the file. */
interface LeftGroup {
  /** The number of the entry. */
  readonly seq: number;
  readonly calls: readonly CountedCall[];
}

/** What an ended process left. */
export class LeftCalls {
  /** False when there was something of another form, as another version of the program may write it. */
  isOfThisForm = true;
  readonly #spill: LeftSpill;

  constructor(spill: LeftSpill) {
    this.#spill = spill;
  }

  /** 16 bytes. */
  get id(): Buffer {
    return this.#spill.id;
  }

  /** False when the file ended within an entry. */
  get isWhole(): boolean {
    return this.#spill.isWhole;
  }

  /** @param taken - entries up to this number are in the database. */
  *groups(taken: number): Generator<LeftGroup, void> {
    const cells = new Map<number, CellNames>();
    for (const { seq, text } of this.#spill.entries()) {
      const { data } = spilled.safeParse(JSON.parse(text));
      for (const [number, names] of data?.cells ?? []) cells.set(number, names);
      if (seq <= taken) continue;
      this.isOfThisForm &&= data !== undefined;
      yield { seq, calls: this.#callsOf(data?.calls ?? [], cells) };
    }
  }

  #callsOf(rows: readonly (readonly [number, ...unknown[]])[], cells: ReadonlyMap<number, CellNames>): CountedCall[] {
    const calls: CountedCall[] = [];
    for (const [number, ...values] of rows) {
      const cell = cells.get(number);
      const call = spilledCall.safeParse(Object.fromEntries(values.map((value, at) => [FIELDS[at], value])));
      if (cell !== undefined && call.success) calls.push({ cell, ...call.data });
      else this.isOfThisForm = false;
    }
    return calls;
  }
}

/** @returns null where there is no file that can be read. */
export function readSpilledCalls(place: SpillPlace): LeftCalls | null {
  const left = readSpill(place);
  return left === null ? null : new LeftCalls(left);
}
