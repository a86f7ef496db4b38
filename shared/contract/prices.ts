import { z } from 'zod';
import { priceTier, priceUnit } from '../prices.ts';
import { providerId } from '../provider/parts.ts';
import { documentPieces, timestamp } from './schemas.ts';

/**
 * Prices as a screen or a command shows and sets them. Every price is in micro-USD for 1,000,000 tokens (or units), a
 * whole number. Days are UTC.
 */
const price = z.int().min(0).max(1_000_000_000_000);
const day = z.iso.date();
const model = z
  .string()
  .regex(/^[\w.:/@+[\]-]{1,128}$/, 'is no name of a model')
  .describe('as it is sent to the API');

/** `own`: the owner set it, it wins. `update`: of an update file. `book`: came with the program. */
export const priceSource = z.enum(['own', 'update', 'book']);
export type PriceSource = z.output<typeof priceSource>;

const figures = z.strictObject({
  input: price,
  output: price,
  /** null: as `input` of the same figures. */
  cacheRead: price.nullable(),
  /** To the cache of the shorter life (Anthropic: 5 minutes). */
  cacheWrite: price.nullable(),
  /** To the cache of the longer life (Anthropic: 1 hour). */
  cacheWriteLong: price.nullable(),
});
const tokenFigures = figures.extend({
  /** First day it holds; null: always before the next one. */
  from: day.nullable(),
  /** The whole request costs this where its prompt has more tokens than that. */
  longPrompt: figures.extend({ overTokens: z.int() }).nullable(),
  /** In the provider's peak hours. */
  peak: figures.nullable(),
});
export type TokenFigures = z.output<typeof tokenFigures>;
const unitFigures = z.strictObject({ from: day.nullable(), price });

const entry = {
  provider: providerId,
  source: priceSource,
  /** Where the figures were read, or what the owner noted. */
  origin: z.string(),
  note: z.string().nullable(),
  /** No second list says the same. */
  unverified: z.boolean(),
  /** A price of the owner's is there too, and wins where its days reach. */
  overridden: z.boolean(),
};

export const priceEntry = z.discriminatedUnion('per', [
  z.strictObject({
    ...entry,
    per: z.literal('tokens'),
    model: z.string(),
    aliases: z.array(z.string()),
    kind: z.enum(['chat', 'embedding']),
    status: z.enum(['current', 'legacy', 'retired']),
    /** Oldest first. */
    prices: z.array(tokenFigures).min(1),
    /** Place in `prices` of what holds today; null: none does yet. */
    today: z.int().nullable(),
  }),
  z.strictObject({
    ...entry,
    per: priceUnit,
    /** null: whatever model of the provider it is. */
    model: z.string().nullable(),
    prices: z.array(unitFigures).min(1),
    today: z.int().nullable(),
  }),
]);
export type PriceEntry = z.output<typeof priceEntry>;

export const unpricedModel = z.strictObject({
  provider: z.string(),
  /** Empty where the calls name none. */
  model: z.string(),
  /** Calls without a known cost. */
  calls: z.int(),
  /** Days of the reporting zone. */
  firstDay: day,
  lastDay: day,
  /** The price is known by now: repricing fills these calls in, or some of them. */
  knownNow: z.boolean(),
  /**
   * Why none is known, by the first and the last day. `not_told`: the answers did not say what was used, so no price helps.
   * `unknown_tier`: a service tier whose price is not known. `not_kept`: it has a price, but only sums of the calls are kept.
   */
  why: z.enum(['no_price', 'not_told', 'unknown_tier', 'not_kept']),
});
export type UnpricedModel = z.output<typeof unpricedModel>;

export const priceList = z.strictObject({
  /** Day of the list in force. */
  asOf: day,
  /** The update in force; null: the list that came with the program. `expired`: it is used, but newer prices are due. */
  update: z
    .strictObject({
      version: z.int(),
      issued: timestamp,
      expires: timestamp,
      expired: z.boolean(),
    })
    .nullable(),
  /** Most calls first. */
  unpriced: z.array(unpricedModel),
  /** By provider and model; the owner's own first. */
  prices: z.array(priceEntry),
  /** What service tiers do to a price; the owner's own first. A tier that is not named has no known price. */
  tiers: z.array(priceTier.extend({ source: priceSource })),
});
export type PriceList = z.output<typeof priceList>;

const newFigures = z.strictObject({
  input: price,
  output: price,
  cacheRead: price.optional(),
  cacheWrite: price.optional(),
  cacheWriteLong: price.optional(),
});

/** `from` left out: for all time before the next own price. A price of the same day is replaced. */
export const newPrice = z.discriminatedUnion('per', [
  newFigures.extend({
    per: z.literal('tokens'),
    provider: providerId,
    model,
    from: day.optional(),
    longPrompt: newFigures.extend({ overTokens: z.int().min(1).max(1_000_000_000) }).optional(),
    peak: newFigures.optional(),
    note: z.string().max(400).optional(),
  }),
  z.strictObject({
    per: priceUnit,
    provider: providerId,
    /** Left out: whatever model of the provider it is. */
    model: model.optional(),
    from: day.optional(),
    price,
    note: z.string().max(400).optional(),
  }),
]);
export type NewPrice = z.output<typeof newPrice>;

/** An own price. `from` left out: all its days go. */
export const removedPrice = z.strictObject({
  per: z.union([z.literal('tokens'), priceUnit]).default('tokens'),
  provider: providerId,
  model: model.optional(),
  from: day.optional(),
});

/** The owner's own factor for a tier of all models of a provider, as a fraction; null: none any more. */
export const newTier = z.strictObject({
  provider: providerId,
  tier: z.string().regex(/^[\w.:/@+[\]-]{1,128}$/, 'is no name of a tier'),
  factor: priceTier.shape.factor.nullable(),
});
export type NewTier = z.output<typeof newTier>;

/**
 * A file of prices: signed (an update), or a bare price book. The latter is taken as own prices only, where `own` says
 * so; from a window the owner is asked outside the page as well.
 */
export const priceFile = z.strictObject({ document: documentPieces, own: z.boolean().default(false) });

export const priceUpdate = z.strictObject({
  taken: z.enum(['update', 'own']),
  /** null for own prices. */
  version: z.int().nullable(),
  asOf: day,
  /** Prices of models and units in the file, how many of them are new, and how many have other figures than before. */
  prices: z.int(),
  added: z.int(),
  changed: z.int(),
});

/** Days of the reporting zone, both included. Left out: all records that are still kept. */
export const repriceInput = z.strictObject({
  from: day.optional(),
  to: day.optional(),
  /** false: only tells what would change. */
  apply: z.boolean().default(false),
});

export const repriceReport = z.strictObject({
  applied: z.boolean(),
  zone: z.string(),
  /** Records looked at; those whose provider told the cost itself are left as they are. */
  records: z.int(),
  changed: z.int(),
  /** Sum of the known costs of all records looked at. */
  oldMicroUsd: z.int(),
  newMicroUsd: z.int(),
  /** Records without a known cost. */
  oldUnpriced: z.int(),
  newUnpriced: z.int(),
  /** Requests of the period whose records are no longer kept: their cost stays. */
  beyond: z.int(),
  /** Oldest day whose records are kept; null: there are none. */
  keptFrom: day.nullable(),
  /** What changes, most money first; at most 200. */
  models: z.array(
    z.strictObject({
      provider: z.string(),
      model: z.string(),
      changed: z.int(),
      oldMicroUsd: z.int(),
      newMicroUsd: z.int(),
      oldUnpriced: z.int(),
      newUnpriced: z.int(),
    }),
  ),
});
export type RepriceReport = z.output<typeof repriceReport>;
