import { isDeepStrictEqual } from 'node:util';
import type { ModelPrice, UnitPrice } from '../../../../shared/prices.ts';
import { keyOf } from './own-price-table.ts';

type Price = ModelPrice | UnitPrice;

/** How many prices of a list are new, and how many have other figures, beside those that were there. */
export function compared(before: readonly Price[], after: readonly Price[]) {
  const known = new Map(before.map((one) => [textOf(one), one]));
  let added = 0;
  let changed = 0;
  for (const one of after) {
    const other = known.get(textOf(one));
    if (other === undefined) added += 1;
    else if (!isDeepStrictEqual(other.prices, one.prices)) changed += 1;
  }
  return { prices: after.length, added, changed };
}

function textOf(price: Price): string {
  const { provider, model, per } = keyOf(price);
  return `${provider}\n${model}\n${per}`;
}
