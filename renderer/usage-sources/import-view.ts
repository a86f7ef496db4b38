import type { ImportReport } from '../../shared/contract/usage-imports.ts';
import { certaintyOf } from '../../shared/usage-words.ts';
import { costText, exactMoney } from '../usage/figures.ts';

/** What the calls of a model cost, as far as that is known. */
export const importCostText = (sums: ImportReport['models'][number]): string =>
  costText(exactMoney(sums.knownCostMicroUsd), certaintyOf(sums));
