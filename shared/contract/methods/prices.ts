import { BOTH, method, nothing, SOCKET, UNLOCKED } from '../method.ts';
import {
  newPrice,
  newTier,
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
  /** What a service tier does to the price: it wins over the list. Sets it, or removes an own one. */
  'prices.setTier': method({ callers: SOCKET, states: UNLOCKED, input: newTier, output: nothing }),
  'prices.update': method({ callers: BOTH, states: UNLOCKED, input: priceFile, output: priceUpdate }),
  /** Prices kept records by the book as it is now; without `apply` it only tells what would change. */
  'usage.reprice': method({ callers: BOTH, states: UNLOCKED, input: repriceInput, output: repriceReport }),
} as const;
