import { z } from 'zod';
import { providerId } from './provider/parts.ts';

/**
 * The price book: resources/prices.json, an update file, or prices that the owner set. A price is in micro-USD for
 * 1,000,000 tokens, so it is an integer whatever the provider's list shows: $0.01875 a million is 18,750.
 */
const price = z.int().min(0).max(1_000_000_000_000);
const day = z.iso.date();

/** What a call may use beside tokens. The place in this list is the number stored in usage.db: it only grows at the end. */
export const PRICE_UNITS = ['characters', 'seconds', 'images', 'captchas', 'messages', 'calls', 'searches'] as const;
export const priceUnit = z.enum(PRICE_UNITS);
export type PriceUnit = z.output<typeof priceUnit>;

const figures = z.strictObject({
  input: price,
  output: price,
  /** What is left out costs as much as `input`. */
  cacheRead: price.optional(),
  cacheWrite: price.optional(),
  cacheWriteLong: price.optional(),
});
export type PriceFigures = z.output<typeof figures>;

const datedPrice = figures.extend({
  /** First day it holds, UTC; left out: always before the next one. */
  from: day.optional(),
  /** The whole request costs this where its prompt, cached tokens included, has more than `overTokens`. */
  longPrompt: figures.extend({ overTokens: z.int().min(1) }).optional(),
  /** In the provider's peak hours. */
  peak: figures.optional(),
});

export const modelPrice = z.strictObject({
  provider: providerId,
  /** As it is sent to the API. */
  model: z.string().min(1).max(128),
  aliases: z.array(z.string().min(1).max(128)).min(1).optional(),
  kind: z.enum(['chat', 'embedding']),
  status: z.enum(['current', 'legacy', 'retired']),
  /** Oldest first. */
  prices: z
    .array(datedPrice)
    .min(1)
    .max(50)
    .refine(
      (prices) => prices.every(({ from }, at) => at === 0 || (from ?? '') > (prices[at - 1]?.from ?? '')),
      'are not in the order of their days',
    ),
  source: z.string().max(200),
  /** No second list says the same. */
  unverified: z.literal(true).optional(),
  note: z.string().max(400).optional(),
});
export type ModelPrice = z.output<typeof modelPrice>;
export type DatedPrice = ModelPrice['prices'][number];

const datedUnitPrice = z.strictObject({ price, from: day.optional() });

/** What one unit of a thing costs that is not counted in tokens, in micro-USD for 1,000,000 of them. */
export const unitPrice = z.strictObject({
  provider: providerId,
  /** Left out: whatever model or service of the provider it is. */
  model: z.string().min(1).max(128).optional(),
  unit: priceUnit,
  /** Oldest first. */
  prices: z
    .array(datedUnitPrice)
    .min(1)
    .max(50)
    .refine(
      (prices) => prices.every(({ from }, at) => at === 0 || (from ?? '') > (prices[at - 1]?.from ?? '')),
      'are not in the order of their days',
    ),
  source: z.string().max(200),
  note: z.string().max(400).optional(),
});
export type UnitPrice = z.output<typeof unitPrice>;

/** Numerator and denominator: money is never a fraction in floating point. */
const factor = z.tuple([z.int().min(1).max(1000), z.int().min(1).max(1000)]);

/** What a service tier that an answer names does to the price. */
export const priceTier = z.strictObject({
  provider: providerId,
  tier: z.string().min(1).max(128),
  /** Starts of model ids; left out: all. */
  models: z.array(z.string().min(1)).min(1).optional(),
  factor,
});
export type PriceTier = z.output<typeof priceTier>;

export const priceDocument = z.strictObject({
  schema: z.literal('keyharbor.prices/1'),
  asOf: day,
  currency: z.literal('USD'),
  models: z.array(modelPrice).max(5000),
  unitPrices: z.array(unitPrice).max(1000).default([]),
  /** Days of the week (1 Monday … 7 Sunday) and hours in UTC, from and before, when `peak` holds. */
  peakHours: z.array(
    z.strictObject({
      provider: providerId,
      days: z.array(z.int().min(1).max(7)).min(1),
      hours: z.array(z.tuple([z.int().min(0).max(23), z.int().min(1).max(24)])).min(1),
    }),
  ),
  /** What the answer's service tier does to the price. A tier that is not named here has no known price. */
  tiers: z.array(priceTier),
  regions: z.array(z.strictObject({ provider: providerId, region: z.string().min(1), factor })),
  /** A provider without a list of its own that usually charges another's. */
  listedAs: z.array(z.strictObject({ provider: providerId, as: providerId })),
  /** Providers that charge nothing for a call. */
  free: z.array(providerId),
});
export type PriceDocument = z.output<typeof priceDocument>;
