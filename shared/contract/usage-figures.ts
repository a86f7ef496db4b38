import { z } from 'zod';
import { providerId } from '../provider/parts.ts';
import { label, timestamp } from './schemas.ts';

/** The provider's own figures beside ours. Days are UTC: that is how every provider here counts them. */
const day = z.iso.date();

export const reconcileInput = z.strictObject({
  provider: providerId,
  /** The key to ask with, by its label; left out: the one of a kind that may ask. */
  label: label.optional(),
  from: day,
  /** Included; at most 92 days. */
  to: day,
});

export const invoiceInput = z.strictObject({
  provider: providerId,
  from: day,
  to: day,
  /** What the invoice or the provider's page says. */
  totalMicroUsd: z.int().min(0).max(1_000_000_000_000),
});

const figures = z.strictObject({
  /** null: not told. */
  requests: z.int().nullable(),
  inputTokens: z.int().nullable(),
  cacheReadTokens: z.int().nullable(),
  cacheWriteTokens: z.int().nullable(),
  outputTokens: z.int().nullable(),
  costMicroUsd: z.int().nullable(),
});
export type ProviderFigures = z.output<typeof figures>;

export const DRIFT_REASONS = [
  /** They counted calls that did not go through here, or are not reported or imported. */
  'missing-calls',
  /** We counted calls that are not theirs: another account, or a key of another organization. */
  'other-account',
  /** The last day is not over, or their figures come late. */
  'partial-day',
  /** Same tokens, other cost: prices, discounts or tiers differ. */
  'price-differs',
  /** Some of our calls have no known cost. */
  'unpriced',
  /** Some answers were cut or told no use: ours is the least. */
  'incomplete',
  /** Same sum of tokens, split otherwise between cached and not. */
  'cached-split',
  /** Their cost covers more than tokens: tools, storage, fees. */
  'other-costs',
] as const;
export type DriftReason = (typeof DRIFT_REASONS)[number];

const row = z.strictObject({
  /** null: the whole period. */
  day: day.nullable(),
  /** null: all models. */
  model: z.string().nullable(),
  theirs: figures,
  ours: figures,
  /** (ours - theirs) / theirs, of the cost where both are known, else of all tokens; null where it cannot be said. */
  driftPercent: z.number().nullable(),
  driftOf: z.enum(['cost', 'tokens', 'requests']).nullable(),
  reasons: z.array(z.enum(DRIFT_REASONS)),
});
export type ReconcileRow = z.output<typeof row>;

export const reconcileReport = z.strictObject({
  provider: providerId,
  /** The credential that asked, "openai/admin"; null for an invoice. */
  ref: z.string().nullable(),
  from: day,
  to: day,
  askedAt: timestamp,
  total: row,
  /** By day, then by model of the whole period. Either may be empty where the provider does not tell. */
  days: z.array(row),
  models: z.array(row),
  /** Balance, credit, limits: label and value as a person reads it. */
  account: z.array(z.strictObject({ name: z.string(), label: z.string(), value: z.string() })),
  /** Whole sentences: why a part is missing. */
  notes: z.array(z.string()),
});
export type ReconcileReport = z.output<typeof reconcileReport>;
