import type { CellNames, CountedCall } from './counted-call.ts';
import { MEASURES } from './meter/meter.ts';
import { PRICE_REASONS } from './prices/price-of.ts';
import { isUsual } from './record-table.ts';

const WIDTH = 13;
const FIRST_ROOM = 1024;
/** More than a batch has; what a fault made grow is given back. */
const KEPT_ROOM = 32_768;
const MEASURE_NUMBERS = new Map(MEASURES.map((measure, number) => [measure, number]));
const REASON_NUMBERS = new Map(PRICE_REASONS.map((why, number) => [why, number]));

/**
 * Calls that wait for a batch, in columns: what a collector of garbage has to follow of each is its id. As objects, which
 * live for a second, they cost the thread a quarter of its work.
 */
export class WaitingCalls implements Iterable<CountedCall> {
  #numbers = new Float64Array(FIRST_ROOM * WIDTH);
  readonly #cells: CellNames[] = [];
  readonly #ids: string[] = [];
  readonly #methods: string[] = [];
  /** By their place: what has more than the columns. */
  readonly #rare = new Map<number, CountedCall>();
  /** Before it all were given up. */
  #from = 0;

  get length(): number {
    return this.#ids.length - this.#from;
  }

  push(call: CountedCall): void {
    const place = this.#ids.length;
    this.#cells.push(call.cell);
    this.#ids.push(call.requestId);
    this.#methods.push(call.method);
    if ((place + 1) * WIDTH > this.#numbers.length) this.#grow();
    if (!isUsual(call)) {
      this.#rare.set(place, call);
      return;
    }
    const numbers = this.#numbers;
    const at = place * WIDTH;
    numbers[at] = call.atMs;
    numbers[at + 1] = call.credentialVersion ?? Number.NaN;
    numbers[at + 2] = call.status;
    numbers[at + 3] = MEASURE_NUMBERS.get(call.measure) as number;
    numbers[at + 4] = call.inputTokens;
    numbers[at + 5] = call.cacheReadTokens;
    numbers[at + 6] = call.outputTokens;
    numbers[at + 7] = call.reasoningTokens;
    numbers[at + 8] = call.costMicroUsd ?? Number.NaN;
    numbers[at + 9] = call.cacheSavedMicroUsd;
    numbers[at + 10] = REASON_NUMBERS.get(call.why) as number;
    numbers[at + 11] = call.latencyMs;
    numbers[at + 12] = call.firstByteMs ?? Number.NaN;
  }

  /** Gives up the oldest. */
  shift(): void {
    this.#rare.delete(this.#from);
    this.#from += 1;
    if (this.#from < KEPT_ROOM) return;
    for (const column of [this.#cells, this.#ids, this.#methods]) column.splice(0, KEPT_ROOM);
    this.#numbers.copyWithin(0, KEPT_ROOM * WIDTH);
    const rare = [...this.#rare];
    this.#rare.clear();
    for (const [place, call] of rare) this.#rare.set(place - KEPT_ROOM, call);
    this.#from = 0;
  }

  clear(): void {
    this.#from = 0;
    this.#cells.length = 0;
    this.#ids.length = 0;
    this.#methods.length = 0;
    this.#rare.clear();
    if (this.#numbers.length > KEPT_ROOM * WIDTH) this.#numbers = new Float64Array(FIRST_ROOM * WIDTH);
  }

  *[Symbol.iterator](): Generator<CountedCall, void> {
    for (let place = this.#from; place < this.#ids.length; place += 1) yield this.#rare.get(place) ?? this.#call(place);
  }

  #call(place: number): CountedCall {
    const number = (column: number): number => this.#numbers[place * WIDTH + column] as number;
    const orNull = (column: number): number | null => (Number.isNaN(number(column)) ? null : number(column));
    return {
      cell: this.#cells[place] as CellNames,
      atMs: number(0),
      requestId: this.#ids[place] as string,
      source: 'proxy',
      credentialVersion: orNull(1),
      method: this.#methods[place] as string,
      status: number(2),
      measure: MEASURES[number(3)] as CountedCall['measure'],
      inputTokens: number(4),
      cacheReadTokens: number(5),
      cacheWriteTokens: 0,
      cacheWriteLongTokens: 0,
      outputTokens: number(6),
      reasoningTokens: number(7),
      costMicroUsd: orNull(8),
      cacheSavedMicroUsd: number(9),
      why: PRICE_REASONS[number(10)] as CountedCall['why'],
      latencyMs: number(11),
      firstByteMs: orNull(12),
      retryOf: null,
      errorType: null,
      unit: null,
      thousandths: null,
      webSearches: 0,
      serviceTier: null,
      region: null,
    };
  }

  #grow(): void {
    const wider = new Float64Array(this.#numbers.length * 2);
    wider.set(this.#numbers);
    this.#numbers = wider;
  }
}
