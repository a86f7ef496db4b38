import type { DriftReason } from './contract/usage-figures.ts';

/** Where a difference between the provider's figures and ours may come from, in the words of window and command line. */
export const DRIFT_WORDS: Readonly<Record<DriftReason, string>> = {
  'missing-calls': 'calls that did not come by here',
  'other-account': 'calls that are not of this account',
  'partial-day': 'figures that are not final yet',
  'price-differs': 'another price',
  unpriced: 'calls without a known price',
  incomplete: 'answers that were cut or told nothing',
  'cached-split': 'cached tokens counted otherwise',
  'other-costs': 'tools, storage or fees',
};
