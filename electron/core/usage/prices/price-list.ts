import type { PriceEntry, PriceList, PriceSource } from '../../../../shared/contract/prices.ts';
import type { ModelPrice, PriceFigures, UnitPrice } from '../../../../shared/prices.ts';
import { heldAt, type PriceBook } from './price-book.ts';

/** Every price of the book as a screen shows it: the owner's own first, then by provider and model. */
export function priceEntries(book: PriceBook, listed: Exclude<PriceSource, 'own'>, nowMs: number): PriceEntry[] {
  const ownModels = new Set(book.own.models.map((one) => `${one.provider}\n${one.model}`));
  const ownUnits = new Set(book.own.units.map(unitKey));
  const hasOwn = (one: ModelPrice) =>
    [one.model, ...(one.aliases ?? [])].some((id) => ownModels.has(`${one.provider}\n${id}`));
  return [
    ...book.own.models.map((one) => modelEntry(one, 'own', false, nowMs)),
    ...book.own.units.map((one) => unitEntry(one, 'own', false, nowMs)),
    ...book.document.models.map((one) => modelEntry(one, listed, hasOwn(one), nowMs)).toSorted(byName),
    ...book.document.unitPrices
      .map((one) => unitEntry(one, listed, ownUnits.has(unitKey(one)), nowMs))
      .toSorted(byName),
  ];
}

/** What tiers do to prices: the owner's own first, which win. */
export function priceTiers(book: PriceBook, listed: Exclude<PriceSource, 'own'>): PriceList['tiers'] {
  const own = book.own.tiers ?? [];
  return [
    ...own.map((tier) => ({ ...tier, source: 'own' as const })),
    ...book.document.tiers.map((tier) => ({ ...tier, source: listed })),
  ];
}

function modelEntry(one: ModelPrice, source: PriceSource, overridden: boolean, nowMs: number): PriceEntry {
  return {
    provider: one.provider,
    source,
    origin: one.source,
    note: one.note ?? null,
    unverified: one.unverified ?? false,
    overridden,
    per: 'tokens',
    model: one.model,
    aliases: [...(one.aliases ?? [])],
    kind: one.kind,
    status: one.status,
    prices: one.prices.map((dated) => ({
      from: dated.from ?? null,
      ...told(dated),
      longPrompt:
        dated.longPrompt === undefined ? null : { overTokens: dated.longPrompt.overTokens, ...told(dated.longPrompt) },
      peak: dated.peak === undefined ? null : told(dated.peak),
    })),
    today: placeOf(one.prices, nowMs),
  };
}

function told({ input, output, cacheRead, cacheWrite, cacheWriteLong }: PriceFigures) {
  return {
    input,
    output,
    cacheRead: cacheRead ?? null,
    cacheWrite: cacheWrite ?? null,
    cacheWriteLong: cacheWriteLong ?? null,
  };
}

function unitEntry(one: UnitPrice, source: PriceSource, overridden: boolean, nowMs: number): PriceEntry {
  return {
    provider: one.provider,
    source,
    origin: one.source,
    note: one.note ?? null,
    unverified: false,
    overridden,
    per: one.unit,
    model: one.model ?? null,
    prices: one.prices.map(({ from, price }) => ({ from: from ?? null, price })),
    today: placeOf(one.prices, nowMs),
  };
}

function placeOf<T extends { readonly from?: string | undefined }>(prices: readonly T[], nowMs: number): number | null {
  const held = heldAt(prices, nowMs);
  return held === undefined ? null : prices.indexOf(held);
}

const unitKey = (one: UnitPrice): string => `${one.provider}\n${one.unit}\n${one.model ?? ''}`;

function byName(one: PriceEntry, other: PriceEntry): number {
  return one.provider.localeCompare(other.provider) || (one.model ?? '').localeCompare(other.model ?? '');
}
