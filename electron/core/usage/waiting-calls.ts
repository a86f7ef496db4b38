import { type CellNames, type CountedCall, isUsual, USUAL } from './counted-call.ts';
import { numbersOf } from './dimensions.ts';
import { MEASURES } from './meter/meter.ts';
import { PRICE_REASONS } from './prices/price-of.ts';
import { isRequestId, REQUEST_ID_LENGTH } from './request-id.ts';

const WIDTH = 15;
const FIRST_ROOM = 1024;
/** More than a batch has; what a fault made grow is given back. The first doubled a few times. */
const KEPT_ROOM = 32 * FIRST_ROOM;
const MEASURE_NUMBERS = numbersOf(MEASURES);
const REASON_NUMBERS = numbersOf(PRICE_REASONS);

/**
 * Calls that wait for a batch, in columns of numbers and bytes: there is nothing of each that a collector of garbage has to
 * follow. As objects, which live for a second, they cost the thread a quarter of its work; their ids alone, as texts, made it
 * collect everything every few seconds.
 */
export class WaitingCalls implements Iterable<CountedCall> {
  #numbers = new Float64Array(FIRST_ROOM * WIDTH);
  #ids = Buffer.alloc(FIRST_ROOM * REQUEST_ID_LENGTH);
  readonly #cells = new Numbered<CellNames>();
  readonly #methods = new Numbered<string>();
  /** By their place: what has more than the columns. */
  readonly #rare = new Map<number, CountedCall>();
  /** Before it all were given up. */
  #from = 0;
  #to = 0;

  get length(): number {
    return this.#to - this.#from;
  }

  push(call: CountedCall): void {
    const place = this.#to;
    this.#to += 1;
    if (!isUsual(call) || !isRequestId(call.requestId)) {
      this.#rare.set(place, call);
      return;
    }
    if (this.#to * WIDTH > this.#numbers.length) this.#grow();
    const numbers = this.#numbers;
    const at = place * WIDTH;
    this.#ids.write(call.requestId, place * REQUEST_ID_LENGTH, 'latin1');
    numbers[at] = call.atMs;
    numbers[at + 1] = call.credentialVersion ?? Number.NaN;
    numbers[at + 2] = call.status;
    numbers[at + 3] = MEASURE_NUMBERS[call.measure];
    numbers[at + 4] = call.inputTokens;
    numbers[at + 5] = call.cacheReadTokens;
    numbers[at + 6] = call.outputTokens;
    numbers[at + 7] = call.reasoningTokens;
    numbers[at + 8] = call.costMicroUsd ?? Number.NaN;
    numbers[at + 9] = call.cacheSavedMicroUsd;
    numbers[at + 10] = REASON_NUMBERS[call.why];
    numbers[at + 11] = call.latencyMs;
    numbers[at + 12] = call.firstByteMs ?? Number.NaN;
    numbers[at + 13] = this.#cells.numberOf(call.cell);
    numbers[at + 14] = this.#methods.numberOf(call.method);
  }

  /** Gives up the oldest. */
  shift(): void {
    this.#rare.delete(this.#from);
    this.#from += 1;
    if (this.#from < KEPT_ROOM) return;
    this.#ids.copyWithin(0, KEPT_ROOM * REQUEST_ID_LENGTH);
    this.#numbers.copyWithin(0, KEPT_ROOM * WIDTH);
    const rare = [...this.#rare];
    this.#rare.clear();
    for (const [place, call] of rare) this.#rare.set(place - KEPT_ROOM, call);
    this.#from = 0;
    this.#to -= KEPT_ROOM;
  }

  clear(): void {
    this.#from = 0;
    this.#to = 0;
    this.#rare.clear();
    this.#cells.clear();
    this.#methods.clear();
    if (this.#numbers.length > KEPT_ROOM * WIDTH) this.#makeRoom(FIRST_ROOM);
  }

  *[Symbol.iterator](): Generator<CountedCall, void> {
    for (let place = this.#from; place < this.#to; place += 1) yield this.#rare.get(place) ?? this.#call(place);
  }

  #call(place: number): CountedCall {
    const number = (column: number): number => this.#numbers[place * WIDTH + column] as number;
    const orNull = (column: number): number | null => (Number.isNaN(number(column)) ? null : number(column));
    return {
      ...USUAL,
      cell: this.#cells.at(number(13)),
      atMs: number(0),
      requestId: this.#ids.toString('latin1', place * REQUEST_ID_LENGTH, (place + 1) * REQUEST_ID_LENGTH),
      credentialVersion: orNull(1),
      method: this.#methods.at(number(14)),
      status: number(2),
      measure: MEASURES[number(3)] as CountedCall['measure'],
      inputTokens: number(4),
      cacheReadTokens: number(5),
      outputTokens: number(6),
      reasoningTokens: number(7),
      costMicroUsd: orNull(8),
      cacheSavedMicroUsd: number(9),
      why: PRICE_REASONS[number(10)] as CountedCall['why'],
      latencyMs: number(11),
      firstByteMs: orNull(12),
    };
  }

  #grow(): void {
    const [numbers, ids] = [this.#numbers, this.#ids];
    let room = numbers.length / WIDTH;
    while (room < this.#to) room *= 2;
    this.#makeRoom(room);
    this.#numbers.set(numbers);
    this.#ids.set(ids);
  }

  #makeRoom(calls: number): void {
    this.#numbers = new Float64Array(calls * WIDTH);
    this.#ids = Buffer.alloc(calls * REQUEST_ID_LENGTH);
  }
}

/** Things that many calls share, by the order in which they came. */
class Numbered<Thing> {
  readonly #numbers = new Map<Thing, number>();
  readonly #things: Thing[] = [];

  numberOf(thing: Thing): number {
    const known = this.#numbers.get(thing);
    if (known !== undefined) return known;
    this.#numbers.set(thing, this.#things.length);
    return this.#things.push(thing) - 1;
  }

  at(number: number): Thing {
    return this.#things[number] as Thing;
  }

  clear(): void {
    this.#numbers.clear();
    this.#things.length = 0;
  }
}
