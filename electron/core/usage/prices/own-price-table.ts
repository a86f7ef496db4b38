import type Database from 'better-sqlite3';
import { z } from 'zod';
import {
  type ModelPrice,
  modelPrice,
  type PriceTier,
  priceTier,
  type UnitPrice,
  unitPrice,
} from '../../../../shared/prices.ts';
import type { OwnPrices } from './price-book.ts';

/**
 * Which row of own_price: `per` is "tokens" or a unit; an empty model: whatever model of the provider it is. Where it is
 * "tier", the name of a service tier stands in place of the model; a list of them where it does different things to models.
 */
export interface OwnPriceKey {
  readonly provider: string;
  readonly model: string;
  readonly per: string;
}

const priceRow = z.strictObject({ per: z.string(), document: z.string() });

const TIER = 'tier';
const ownTiers = z.union([z.array(priceTier).min(1), priceTier.transform((one) => [one])]);
export const tierKey = (provider: string, tier: string): OwnPriceKey => ({ provider, model: tier, per: TIER });

/** @returns what can be read; `unreadable`: rows of another form, which are left out and kept. */
export function readOwnPrices(db: Database.Database): OwnPrices & { readonly unreadable: number } {
  const models: ModelPrice[] = [];
  const units: UnitPrice[] = [];
  const tiers: PriceTier[] = [];
  let unreadable = 0;
  const rows = db.prepare('SELECT per, document FROM own_price ORDER BY provider, model, per').all();
  for (const { per, document } of z.array(priceRow).parse(rows)) {
    if (per === TIER) {
      const read = ownTiers.safeParse(parsedJson(document)).data;
      if (read === undefined) unreadable += 1;
      else tiers.push(...read);
      continue;
    }
    const model = per === 'tokens' ? modelPrice.safeParse(parsedJson(document)) : null;
    const unit = per === 'tokens' ? null : unitPrice.safeParse(parsedJson(document));
    if (model?.success === true) models.push(model.data);
    else if (unit?.success === true) units.push(unit.data);
    else unreadable += 1;
  }
  return { models, units, tiers, unreadable };
}

export function readOwnPrice(db: Database.Database, { provider, model, per }: OwnPriceKey): unknown {
  const document = db
    .prepare('SELECT document FROM own_price WHERE provider = ? AND model = ? AND per = ?')
    .pluck()
    .get(provider, model, per);
  return typeof document === 'string' ? parsedJson(document) : null;
}

export function putOwnPrice(db: Database.Database, price: ModelPrice | UnitPrice, nowMs: number): void {
  put(db, keyOf(price), price, nowMs);
}

/** In place of what is there for these tiers, of whatever models. */
export function putOwnTiers(db: Database.Database, tiers: readonly PriceTier[], nowMs: number): void {
  for (const alike of Map.groupBy(tiers, ({ provider, tier }) => `${provider}\n${tier}`).values()) {
    const [first] = alike;
    if (first !== undefined) put(db, tierKey(first.provider, first.tier), alike.length === 1 ? first : alike, nowMs);
  }
}

function put(db: Database.Database, { provider, model, per }: OwnPriceKey, document: object, nowMs: number): void {
  db.prepare(
    'INSERT OR REPLACE INTO own_price (provider, model, per, document, updated_at_ms) VALUES (?, ?, ?, ?, ?)',
  ).run(provider, model, per, JSON.stringify(document), nowMs);
}

/** @returns whether there was one. */
export function deleteOwnPrice(db: Database.Database, { provider, model, per }: OwnPriceKey): boolean {
  return (
    db.prepare('DELETE FROM own_price WHERE provider = ? AND model = ? AND per = ?').run(provider, model, per).changes >
    0
  );
}

export function keyOf(price: ModelPrice | UnitPrice): OwnPriceKey {
  return 'unit' in price
    ? { provider: price.provider, model: price.model ?? '', per: price.unit }
    : { provider: price.provider, model: price.model, per: 'tokens' };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
