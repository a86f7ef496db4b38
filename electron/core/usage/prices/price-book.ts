import { readFileSync } from 'node:fs';
import { type DatedPrice, type ModelPrice, type PriceDocument, priceDocument } from '../../../../shared/prices.ts';

export interface FoundPrice {
  readonly price: DatedPrice;
  /** The owner set it. */
  readonly own: boolean;
  /** It is of the provider that this one usually charges like. */
  readonly elsewhere: boolean;
}

/** What an id may have at its end beside the name that the list has: a day, "latest", a context size. */
const ENDS = [/\[\d+[km]\]$/, /[-@]\d{8}$/, /-\d{4}-\d{2}-\d{2}$/, /-latest$/];

type ByModel = ReadonlyMap<string, ModelPrice>;

/** Prices by provider and model. The owner's own come first. Immutable: make a new one when either list changes. */
export class PriceBook {
  readonly asOf: string;
  readonly document: PriceDocument;
  readonly #own: ReadonlyMap<string, ByModel>;
  readonly #listed: ReadonlyMap<string, ByModel>;
  readonly #free: ReadonlySet<string>;
  readonly #listedAs: ReadonlyMap<string, string>;
  /** Ids that were looked up before: a key is used with few models. */
  readonly #looked = new Map<
    string,
    { readonly model: ModelPrice; readonly own: boolean; readonly elsewhere: boolean } | null
  >();

  constructor(document: PriceDocument, own: readonly ModelPrice[] = []) {
    this.document = document;
    this.asOf = document.asOf;
    this.#own = byProvider(own);
    this.#listed = byProvider(document.models);
    this.#free = new Set(document.free);
    this.#listedAs = new Map(document.listedAs.map(({ provider, as }) => [provider, as]));
  }

  /** @throws Error where the file is not a price book: it is part of the program, so this is a build fault. */
  static load(file: string, own: readonly ModelPrice[] = []): PriceBook {
    return new PriceBook(priceDocument.parse(JSON.parse(readFileSync(file, 'utf8'))), own);
  }

  withOwn(own: readonly ModelPrice[]): PriceBook {
    return new PriceBook(this.document, own);
  }

  isFree(provider: string): boolean {
    return this.#free.has(provider);
  }

  /** The model as the list knows it, or null. A day or "latest" at the end of an id is looked past, if need be. */
  find(
    provider: string,
    model: string,
  ): { readonly model: ModelPrice; readonly own: boolean; readonly elsewhere: boolean } | null {
    const key = `${provider}\n${model}`;
    const before = this.#looked.get(key);
    if (before !== undefined) return before;
    const found = this.#search(provider, model);
    if (this.#looked.size >= MAX_LOOKED) this.#looked.clear(); // ids come from answers: a stranger must not fill memory
    this.#looked.set(key, found);
    return found;
  }

  /** The price that holds at a time; null where the list does not reach back that far. */
  priceAt(provider: string, model: string, atMs: number): FoundPrice | 'unknown_model' | 'no_price_then' {
    const found = this.find(provider, model);
    if (found === null) return 'unknown_model';
    const price = found.model.prices.findLast(({ from }) => from === undefined || Date.parse(from) <= atMs);
    return price === undefined ? 'no_price_then' : { price, own: found.own, elsewhere: found.elsewhere };
  }

  #search(provider: string, model: string) {
    const as = this.#listedAs.get(provider);
    for (const id of spellings(model)) {
      const own = this.#own.get(provider)?.get(id);
      if (own !== undefined) return { model: own, own: true, elsewhere: false };
      const listed = this.#listed.get(provider)?.get(id);
      if (listed !== undefined) return { model: listed, own: false, elsewhere: false };
      const elsewhere = as === undefined ? undefined : this.#listed.get(as)?.get(id);
      if (elsewhere !== undefined) return { model: elsewhere, own: false, elsewhere: true };
    }
    return null;
  }
}

const MAX_LOOKED = 4096;

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
