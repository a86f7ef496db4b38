import type { UsageSums } from './usage.ts';

/** Words about usage without the schemas, for what is loaded before anything is asked. */

/** What usage can be looked at by: one number of the sums. */
export const USAGE_FIGURES = ['spend', 'tokens', 'requests', 'input', 'cached', 'output', 'failed'] as const;
export type UsageFigure = (typeof USAGE_FIGURES)[number];

/** The sums that a figure adds up. Tokens are all of them: read from caches, written to them, in and out. */
export const SUMS_OF: Readonly<Record<UsageFigure, readonly (keyof UsageSums)[]>> = {
  spend: ['knownCostMicroUsd'],
  tokens: ['inputTokens', 'cacheReadTokens', 'cacheWriteTokens', 'outputTokens'],
  requests: ['requests'],
  input: ['inputTokens'],
  cached: ['cacheReadTokens'],
  output: ['outputTokens'],
  failed: ['failed'],
};

/** Micro-USD, tokens or calls. */
export const figureOf = (figure: UsageFigure, sums: UsageSums): number =>
  SUMS_OF[figure].reduce((all, name) => all + sums[name], 0);

/** How a view of usage is drawn. */
export const VIEW_PICTURES = ['stacked', 'lines', 'ranking'] as const;

export const COST_CERTAINTIES = ['known', 'at-least', 'unknown'] as const;
export type CostCertainty = (typeof COST_CERTAINTIES)[number];

/**
 * How far a cost is known: the one rule, for every place that shows or writes one. `unknown`: nothing has cost anything that
 * is known, and some had no price. `at-least`: some had no price, were cut or did not tell their use. `known`: all was
 * priced. Nothing asked is nothing unknown. A failed call costs a known nothing, so it makes no other cost known.
 */
export function certaintyOf({
  unpriced,
  incomplete,
  knownCostMicroUsd,
}: Pick<UsageSums, 'unpriced' | 'incomplete' | 'knownCostMicroUsd'>): CostCertainty {
  if (unpriced > 0 && knownCostMicroUsd === 0) return 'unknown';
  return unpriced > 0 || incomplete > 0 ? 'at-least' : 'known';
}
