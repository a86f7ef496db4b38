import { readFileSync } from 'node:fs';
import {
  type DatedPrice,
  type ModelPrice,
  type PriceDocument,
  priceDocument,
  type PriceTier,
  type PriceUnit,
  type UnitPrice,
} from '../../../../shared/prices.ts';

export interface FoundPrice {
  readonly price: DatedPrice;
  /** The owner set it. */
  readonly own: boolean;
  /** It is of the provider that this one usually charges like. */
  readonly elsewhere: boolean;
}

interface FoundModel {
  readonly model: ModelPrice;
  readonly own: boolean;
  readonly elsewhere: boolean;
}

/** What the owner set: it wins over the list on the days that it reaches. */
export interface OwnPrices {
  readonly models: readonly ModelPrice[];
  readonly units: readonly UnitPrice[];
  readonly tiers?: readonly PriceTier[];
}
export const NO_OWN_PRICES: OwnPrices = { models: [], units: [] };

/** What an id may have at its end beside the name that the list has: a day, "latest", a context size. */
const ENDS = [/\[\d+[km]\]$/, /[-@]\d{8}$/, /-\d{4}-\d{2}-\d{2}$/, /-latest$/];

type ByModel = ReadonlyMap<string, ModelPrice>;
type ByUnit = ReadonlyMap<string, UnitPrice>;

/** Prices by provider and model. The owner's own come first. Immutable: make a new one when either list changes. */
export class PriceBook {
  readonly asOf: string;
  readonly document: PriceDocument;
  readonly own: OwnPrices;
  readonly #ownModels: ReadonlyMap<string, ByModel>;
  readonly #listedModels: ReadonlyMap<string, ByModel>;
  readonly #ownUnits: ByUnit;
  readonly #listedUnits: ByUnit;
  readonly #free: ReadonlySet<string>;
  readonly #listedAs: ReadonlyMap<string, string>;
  readonly #unknown: (provider: string, model: string) => void;
  /** Ids that were looked up before: a key is used with few models. */
  readonly #looked = new Map<string, readonly FoundModel[]>();
  /** Models that were told of. */
  readonly #told = new Set<string>();

  /** @param unknown - told of a model that neither list has, at least once. */
  constructor(
    document: PriceDocument,
    own: OwnPrices = NO_OWN_PRICES,
    unknown: (provider: string, model: string) => void = () => undefined,
  ) {
    this.document = document;
    this.asOf = document.asOf;
    this.own = own;
    this.#ownModels = byProvider(own.models);
    this.#listedModels = byProvider(document.models);
    this.#ownUnits = byUnit(own.units);
    this.#listedUnits = byUnit(document.unitPrices);
    this.#free = new Set(document.free);
    this.#listedAs = new Map(document.listedAs.map(({ provider, as }) => [provider, as]));
    this.#unknown = unknown;
  }

  /** @throws Error where the file is not a price book: it is part of the program, so this is a build fault. */
  static load(file: string): PriceBook {
    return new PriceBook(priceDocument.parse(JSON.parse(readFileSync(file, 'utf8'))));
  }

  withOwn(own: OwnPrices): PriceBook {
    return new PriceBook(this.document, own);
  }

  /** The same book, which tells of models that it does not have. */
  telling(unknown: (provider: string, model: string) => void): PriceBook {
    return new PriceBook(this.document, this.own, unknown);
  }

  /** What a service tier does to the price of a model; null: that is not known. */
  tierFactor(provider: string, tier: string, model: string): PriceTier['factor'] | null {
    const isOf = (one: PriceTier, of = provider): boolean =>
      one.provider === of &&
      one.tier === tier &&
      (one.models === undefined || one.models.some((start) => model.startsWith(start)));
    const as = this.#listedAs.get(provider); // whoever charges like another one has its tiers too
    const found =
      this.own.tiers?.find((one) => isOf(one)) ??
      this.document.tiers.find((one) => isOf(one)) ??
      (as === undefined ? undefined : this.document.tiers.find((one) => isOf(one, as)));
    return found?.factor ?? null;
  }

  isFree(provider: string): boolean {
    return this.#free.has(provider);
  }

  /** Whether the owner set a price for this, even of a provider that is free. */
  hasOwn(provider: string, model: string | null, unit: PriceUnit | null): boolean {
    const ids = model === null ? [] : spellings(model);
    if (unit !== null) return [...ids, ''].some((id) => this.#ownUnits.has(`${provider}\n${unit}\n${id}`));
    return ids.some((id) => this.#ownModels.get(provider)?.has(id) === true);
  }

  /** The model as the list knows it, or null. A day or "latest" at the end of an id is looked past, if need be. */
  find(provider: string, model: string): FoundModel | null {
    return this.#all(provider, model)[0] ?? null;
  }

  /** One name for all spellings of a model: the list's, or the shortest. Models with prices of their own stay apart. */
  nameOf(provider: string, model: string): string {
    return this.#search(provider, model)[0]?.model.model ?? spellings(model).at(-1) ?? model;
  }

  /** The price that holds at a time; an own price that does not reach back that far leaves it to the list. */
  priceAt(provider: string, model: string, atMs: number): FoundPrice | 'unknown_model' | 'no_price_then' {
    const all = this.#all(provider, model);
    for (const { model: found, own, elsewhere } of all) {
      const price = heldAt(found.prices, atMs);
      if (price !== undefined) return { price, own, elsewhere };
    }
    return all.length === 0 ? 'unknown_model' : 'no_price_then';
  }

  /** Whether there is a price for a model's tokens. Not told of where there is none: it may have another one. */
  hasPriceAt(provider: string, model: string, atMs: number): boolean {
    return this.#search(provider, model).some(({ model: found }) => heldAt(found.prices, atMs) !== undefined);
  }

  /** Whether the price of a model's tokens is the owner's. */
  hasOwnAt(provider: string, model: string, atMs: number): boolean {
    const first = this.#search(provider, model).find(({ model: found }) => heldAt(found.prices, atMs) !== undefined);
    return first?.own === true;
  }

  /** A model without a price for what was used. */
  tellUnknown(provider: string, model: string): void {
    const key = `${provider}\n${model}`;
    if (this.#told.has(key)) return;
    if (this.#told.size >= MAX_LOOKED) this.#told.clear();
    this.#told.add(key);
    this.#unknown(provider, model);
  }

  /** What a unit costs, in micro-USD for 1,000,000; the price of the model before that of the whole provider. */
  unitPriceAt(provider: string, model: string | null, unit: PriceUnit, atMs: number) {
    for (const [list, own] of [
      [this.#ownUnits, true],
      [this.#listedUnits, false],
    ] as const) {
      for (const id of [...(model === null ? [] : spellings(model)), '']) {
        const held = heldAt(list.get(`${provider}\n${unit}\n${id}`)?.prices ?? [], atMs);
        if (held !== undefined) return { price: held.price, own, isOfModel: id !== '' };
      }
    }
    return null;
  }

  #all(provider: string, model: string): readonly FoundModel[] {
    const key = `${provider}\n${model}`;
    const before = this.#looked.get(key);
    if (before !== undefined) return before;
    const found = this.#search(provider, model);
    if (this.#looked.size >= MAX_LOOKED) this.#looked.clear(); // ids come from answers: a stranger must not fill memory
    this.#looked.set(key, found);
    if (found.length === 0) this.tellUnknown(provider, model);
    return found;
  }

  #search(provider: string, model: string): FoundModel[] {
    const as = this.#listedAs.get(provider);
    const found: FoundModel[] = [];
    for (const id of spellings(model)) {
      const own = this.#ownModels.get(provider)?.get(id);
      if (own !== undefined) found.push({ model: own, own: true, elsewhere: false });
      const listed = this.#listedModels.get(provider)?.get(id);
      if (listed !== undefined) found.push({ model: listed, own: false, elsewhere: false });
      const elsewhere = as === undefined ? undefined : this.#listedModels.get(as)?.get(id);
      if (elsewhere !== undefined) found.push({ model: elsewhere, own: false, elsewhere: true });
    }
    return found;
  }
}

const MAX_LOOKED = 4096;

/** The last whose day has come. @param prices - oldest first. */
export function heldAt<T extends { readonly from?: string | undefined }>(
  prices: readonly T[],
  atMs: number,
): T | undefined {
  return prices.findLast(({ from }) => from === undefined || Date.parse(from) <= atMs);
}

/** The id itself first, then without what may stand at its end. */
function spellings(model: string): string[] {
  const all = [model.replace(/^models\//, '')];
  for (const end of ENDS) {
    const shorter = (all.at(-1) ?? '').replace(end, '');
    if (shorter !== all.at(-1) && shorter !== '') all.push(shorter);
  }
  return all;
}

function byProvider(models: readonly ModelPrice[]): ReadonlyMap<string, ByModel> {
  const all = new Map<string, Map<string, ModelPrice>>();
  for (const model of models) {
    const ofProvider = all.get(model.provider) ?? new Map<string, ModelPrice>();
    all.set(model.provider, ofProvider);
    for (const id of [model.model, ...(model.aliases ?? [])]) ofProvider.set(id, model);
  }
  return all;
}

function byUnit(units: readonly UnitPrice[]): ByUnit {
  return new Map(units.map((one) => [`${one.provider}\n${one.unit}\n${one.model ?? ''}`, one]));
}
