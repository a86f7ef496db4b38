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
