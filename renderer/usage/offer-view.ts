import type { UsageCheapest } from '../../shared/contract/usage-records.ts';
import { change } from './figures.ts';

export interface OfferLine {
  readonly model: string;
  readonly offer: UsageCheapest['models'][number]['offers'][number];
  /** "+12 %" beside the cheapest offer of the model; null: nothing is cheaper. */
  readonly dearer: string | null;
}

/** Models that several offer first: they can be chosen among. Within a model the cheapest first. */
export function offerLines({ models }: Pick<UsageCheapest, 'models'>): OfferLine[] {
  const several = models.filter(({ offers }) => offers.length > 1);
  const alone = models.filter(({ offers }) => offers.length === 1);
  return [...several, ...alone].flatMap(({ model, offers }) => {
    const least = offers[0]?.microUsdPerMillion ?? 0;
    return offers.map((offer) => {
      const isLeast = offer.microUsdPerMillion <= least;
      return { model, offer, dearer: isLeast ? null : (change(offer.microUsdPerMillion, least) ?? '') };
    });
  });
}

/** What a price list calls its models, each once. */
export function knownModels(prices: readonly { readonly model: string | null; readonly per: string }[]): string[] {
  const names = prices.flatMap(({ model, per }) => (per === 'tokens' && model !== null ? [model] : []));
  return [...new Set(names)].toSorted((one, other) => (one < other ? -1 : 1));
}
