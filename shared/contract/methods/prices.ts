import { BOTH, method, nothing, UNLOCKED } from '../method.ts';
import {
  newPrice,
  priceEntry,
  priceFile,
  priceList,
  priceUpdate,
  removedPrice,
  repriceInput,
  repriceReport,
} from '../prices.ts';

/** What calls cost. */
export const priceMethods = {
  'prices.list': method({ callers: BOTH, states: UNLOCKED, input: nothing, output: priceList }),
  /** A price of the owner's own: it wins over the book. */
  'prices.set': method({ callers: BOTH, states: UNLOCKED, input: newPrice, output: priceEntry }),
  'prices.remove': method({ callers: BOTH, states: UNLOCKED, input: removedPrice, output: nothing }),
  'prices.update': method({ callers: BOTH, states: UNLOCKED, input: priceFile, output: priceUpdate }),
  /** Prices kept records by the book as it is now; without `apply` it only tells what would change. */
  'usage.reprice': method({ callers: BOTH, states: UNLOCKED, input: repriceInput, output: repriceReport }),
} as const;
