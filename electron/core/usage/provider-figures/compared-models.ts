import type { ToldFigures } from './figure-pages.ts';
import { added, type OwnFigures } from './own-figures.ts';

export interface ComparedModel {
  readonly name: string;
  readonly theirs: readonly ToldFigures[];
  /** Left out: nothing was counted of it. */
  readonly ours?: OwnFigures;
}

/**
 * Theirs and ours by model. A bill may write "gpt-5-2025-08-07" where calls name "gpt-5": spellings of one model are one
 * line, under the name that is there if it is the only one. Empty where they name no models.
 */
export function comparedModels(
  figures: readonly ToldFigures[],
  ours: ReadonlyMap<string, OwnFigures>,
  nameOf: (model: string) => string,
): ComparedModel[] {
  const named = figures.flatMap((one) => (one.model === null ? [] : [{ ...one, model: one.model }]));
  if (named.length === 0) return [];
  const spelled = [...new Set([...ours.keys(), ...named.map(({ model }) => model)])];
  return [...Map.groupBy(spelled, (model) => (model === '' ? '' : nameOf(model)))].map(([common, spellings]) => {
    const counted = spellings.flatMap((model) => ours.get(model) ?? []);
    return {
      name: spellings.length === 1 ? (spellings[0] ?? common) : common,
      theirs: named.filter(({ model }) => spellings.includes(model)),
      ...(counted.length === 0 ? {} : { ours: counted.reduce(added) }),
    };
  });
}
