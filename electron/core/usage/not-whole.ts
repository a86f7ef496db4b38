import { numberOf } from './dimensions.ts';
import { type Measure, MEASURES } from './meter/meter.ts';
import { PRICE_REASONS, type PriceReason } from './prices/price-of.ts';

/**
 * Whether a call's figures or its cost are only the least it can have been: each sum that has such a call says so. Kept in
 * the column `incomplete` of the rollups. (Calls counted by earlier versions are in it by their measure alone.)
 */
export function isNotWhole({ measure, why }: { readonly measure: Measure; readonly why: PriceReason }): boolean {
  return measure === 'incomplete' || measure === 'missing' || why === 'at_least';
}

const MEASURED_SO = (['incomplete', 'missing'] as const).map((measure) => numberOf(MEASURES, measure)).join(', ');

/** The same in SQL, of a row of usage_record. @param row - its name in the statement, with a dot; "" where it has none. */
export const notWholeSql = (row: '' | 'r.'): string =>
  `(${row}measure IN (${MEASURED_SO}) OR ${row}price_reason = ${numberOf(PRICE_REASONS, 'at_least')})`;
