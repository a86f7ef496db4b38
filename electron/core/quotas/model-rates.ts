import type { DatedPrice, PriceFigures } from '../../../shared/prices.ts';
import type { Unit } from '../usage/meter/tally.ts';
import type { PriceBook } from '../usage/prices/price-book.ts';
import { longPromptFigures } from '../usage/prices/price-of.ts';
import { HOUR_MS } from '../usage/reporting-days.ts';

/** Micro-USD for a million tokens. */
interface Figures {
  readonly input: number;
  readonly output: number;
}

/** What tokens of a model cost at most. */
export interface Rate {
  /** As the price book has it, else as it was given: one model has many spellings. */
  readonly name: string;
  readonly isFree: boolean;
  /** By the length of the prompt; null: not known. */
  readonly of: (input: number) => Figures | null;
}

const MAX_KNOWN = 4096;
const unknown = () => null;

/** The prices of models as estimates need them: each is looked up once in an hour and in a price book. */
export class ModelRates {
  readonly #book: () => PriceBook;
  #of: PriceBook | null = null;
  #hour = 0;
  readonly #models = new Map<string, Rate>();
  readonly #units = new Map<string, number | 'free' | null>();

  constructor(book: () => PriceBook) {
    this.#book = book;
  }

  /** Of models that a call may be about, the dearest that is known. @param models - the likeliest first. */
  dearest(provider: string, models: readonly string[], nowMs: number): Rate {
    let rate = this.of(provider, models[0] ?? '', nowMs);
    for (const model of models) {
      const other = this.of(provider, model, nowMs);
      if ((other.of(0)?.output ?? -1) > (rate.of(0)?.output ?? -1)) rate = other;
    }
    return rate;
  }

  /** @param model - empty where it is not known. */
  of(provider: string, model: string, nowMs: number): Rate {
    const book = this.#upToDate(nowMs);
    const key = `${provider}\n${model}`;
    const known = this.#models.get(key);
    if (known !== undefined) return known;
    if (this.#models.size >= MAX_KNOWN) this.#models.clear(); // names come from bodies: a stranger must not fill memory
    const rate = rateOf(book, provider, model, nowMs);
    this.#models.set(key, rate);
    return rate;
  }

  /** Micro-USD for a million of them; null: not known. */
  ofUnit(provider: string, unit: Unit, nowMs: number): number | 'free' | null {
    const book = this.#upToDate(nowMs);
    const key = `${provider}\n${unit}`;
    const known = this.#units.get(key);
    if (known !== undefined) return known;
    const isFree = book.isFree(provider) && !book.hasOwn(provider, null, unit);
    const rate = isFree ? 'free' : (book.unitPriceAt(provider, null, unit, nowMs)?.price ?? null);
    this.#units.set(key, rate);
    return rate;
  }

  /** Prices change by the day, and at no other moment than a whole hour. */
  #upToDate(nowMs: number): PriceBook {
    const book = this.#book();
    const hour = Math.floor(nowMs / HOUR_MS);
    if (book !== this.#of || hour !== this.#hour) {
      this.#of = book;
      this.#hour = hour;
      this.#models.clear();
      this.#units.clear();
    }
    return book;
  }
}

function rateOf(book: PriceBook, provider: string, model: string, nowMs: number): Rate {
  if (book.isFree(provider) && !book.hasOwn(provider, model === '' ? null : model, null)) {
    return { name: model, isFree: true, of: unknown };
  }
  const found = model === '' ? 'unknown_model' : book.priceAt(provider, model, nowMs);
  if (typeof found === 'string') return { name: model, isFree: false, of: unknown };
  const { price } = found;
  const name = book.find(provider, model)?.model.model ?? model;
  const plain = dearestOf(price);
  return {
    name,
    isFree: false,
    of: (input) => {
      const long = longPromptFigures(price, input);
      return long === null ? plain : ofFigures(long);
    },
  };
}

/** At the dearest time of the day. */
function dearestOf(price: DatedPrice): Figures {
  const plain = ofFigures(price);
  if (price.peak === undefined) return plain;
  const peak = ofFigures(price.peak);
  return { input: Math.max(plain.input, peak.input), output: Math.max(plain.output, peak.output) };
}

/** A prompt may be written to a cache, which some charge more for. */
function ofFigures({ input, output, cacheWrite }: PriceFigures): Figures {
  return { input: Math.max(input, cacheWrite ?? 0), output };
}
