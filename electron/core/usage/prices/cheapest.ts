import type { UsageCheapest } from '../../../../shared/contract/usage-records.ts';
import type { ModelUse } from '../analysis/model-use.ts';
import { NO_TOKENS, type Tokens } from '../meter/tally.ts';
import type { PriceBook } from './price-book.ts';
import { costOf, longPromptFigures } from './price-of.ts';

/** References of usable keys by provider. */
export type KeysByProvider = ReadonlyMap<string, readonly string[]>;

type Model = UsageCheapest['models'][number];
type Offer = Model['offers'][number];

const A_MILLION = 1_000_000;
/** Where nothing was used: three tokens in to one out, none from a cache. */
const USUAL_MIX: Mix = { input: 750_000, cacheRead: 0, cacheWrite: 0, output: 250_000 };
type Mix = Omit<Model['mix'], 'measured'>;

/**
 * Where the same model costs least, of the providers that the owner has a key of. Two ids are the same model where they
 * are alike without the vendor before them and the date after them; a variant (turbo, mini) is another model.
 * @param wanted - a model as any provider calls it; undefined: every one of the last 30 days.
 */
export function cheapest(
  book: PriceBook,
  keys: KeysByProvider,
  used: readonly ModelUse[],
  nowMs: number,
  wanted: string | undefined,
): UsageCheapest {
  const names = new Set((wanted === undefined ? used.map(({ model }) => model) : [wanted]).map(plainModel));
  const offered = offeredModels(book, keys, used, nowMs);
  const models = [...names].flatMap((name) => {
    const offers = offered.get(name) ?? [];
    if (offers.length === 0) return [];
    return [modelOf(name, offers, used, book, keys, nowMs)];
  });
  return { bookAsOf: book.asOf, models: models.toSorted(mostSavedFirst) };
}

function mostSavedFirst(one: Model, other: Model): number {
  return other.savesMicroUsd - one.savesMicroUsd || (one.model < other.model ? -1 : 1);
}

interface Offered {
  readonly provider: string;
  readonly model: string;
}

/** By plain name: what each provider calls it. */
function offeredModels(
  book: PriceBook,
  keys: KeysByProvider,
  used: readonly ModelUse[],
  nowMs: number,
): ReadonlyMap<string, readonly Offered[]> {
  const listed = [...book.own.models, ...book.document.models.filter(({ status }) => status !== 'retired')];
  const all = new Map<string, Map<string, Offered>>();
  const offer = (provider: string, model: string) => {
    if (!keys.has(provider) || typeof book.priceAt(provider, model, nowMs) === 'string') return;
    const name = plainModel(model);
    let offers = all.get(name);
    if (offers === undefined) all.set(name, (offers = new Map<string, Offered>()));
    if (!offers.has(provider)) offers.set(provider, { provider, model });
  };
  for (const { provider, model } of used) offer(provider, model); // as it was called, where it was
  for (const { provider, model } of listed) {
    offer(provider, model);
    for (const { provider: alike, as } of book.document.listedAs) if (as === provider) offer(alike, model);
  }
  return new Map([...all].map(([name, offers]) => [name, [...offers.values()]]));
}

function modelOf(
  name: string,
  offered: readonly Offered[],
  used: readonly ModelUse[],
  book: PriceBook,
  keys: KeysByProvider,
  nowMs: number,
): Model {
  const mine = used.filter(({ model }) => plainModel(model) === name);
  const priced = mine.filter(({ sums }) => sums.unpriced === 0); // the others cannot be compared: what of theirs was paid?
  const tokens = tokensOf(priced);
  const mix = mixOf(tokens);
  const prompt = meanPrompt(mine);
  const figures = (provider: string, model: string) => {
    const found = book.priceAt(provider, model, nowMs);
    if (typeof found === 'string') return null;
    const long = prompt === null ? null : longPromptFigures(found.price, prompt);
    return { isLong: long !== null, price: long ?? found.price };
  };
  const cost = (provider: string, model: string, some: Tokens): number => {
    const found = figures(provider, model);
    return found === null ? 0 : costOf(some, found.price);
  };
  const ofMix: Tokens = { ...NO_TOKENS, ...named(mix ?? USUAL_MIX) };
  const offers = offered
    .map(({ provider, model }): Offer => {
      const there = mine.filter((use) => use.provider === provider);
      return {
        ...{ provider, model, credentials: [...(keys.get(provider) ?? [])] },
        microUsdPerMillion: cost(provider, model, ofMix),
        longPrompt: figures(provider, model)?.isLong === true,
        requests: there.reduce((sum, { sums }) => sum + sums.requests, 0),
        knownCostMicroUsd: there.reduce((sum, { sums }) => sum + sums.knownCostMicroUsd, 0),
      };
    })
    .toSorted((one, other) => one.microUsdPerMillion - other.microUsdPerMillion || other.requests - one.requests);
  const [best] = offers;
  const paid = priced.reduce((sum, { sums }) => sum + sums.knownCostMicroUsd, 0);
  // What is rounded call by call differs a little from the same sum at once: that is no saving.
  const isUsed = priced.every(({ provider }) => provider === best?.provider);
  const least = best === undefined || isUsed ? paid : cost(best.provider, best.model, tokens);
  return {
    model: name,
    mix: { measured: mix !== null, ...(mix ?? USUAL_MIX) },
    promptTokens: prompt,
    offers,
    savesMicroUsd: Math.max(0, paid - least),
  };
}

function tokensOf(uses: readonly ModelUse[]): Tokens {
  const sum = (of: (sums: ModelUse['sums']) => number) => uses.reduce((all, { sums }) => all + of(sums), 0);
  return {
    ...NO_TOKENS,
    inputTokens: sum(({ inputTokens }) => inputTokens),
    cacheReadTokens: sum(({ cacheReadTokens }) => cacheReadTokens),
    cacheWriteTokens: sum(({ cacheWriteTokens }) => cacheWriteTokens),
    outputTokens: sum(({ outputTokens }) => outputTokens),
  };
}

/**
 * Of a call, in the mean: providers with a price of their own for long prompts are compared by it where that is long. Of
 * batches and other tiers the sums say nothing: theirs is the plain price.
 */
function meanPrompt(uses: readonly ModelUse[]): number | null {
  const requests = uses.reduce((sum, { sums }) => sum + sums.requests, 0);
  const tokens = uses.reduce(
    (sum, { sums }) => sum + sums.inputTokens + sums.cacheReadTokens + sums.cacheWriteTokens,
    0,
  );
  return requests === 0 || tokens === 0 ? null : Math.round(tokens / requests);
}

function mixOf(tokens: Tokens): Mix | null {
  const { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens } = tokens;
  const all = inputTokens + cacheReadTokens + cacheWriteTokens + outputTokens;
  if (all === 0) return null;
  const share = (some: number) => Math.round((some / all) * A_MILLION);
  const [cacheRead, cacheWrite, output] = [share(cacheReadTokens), share(cacheWriteTokens), share(outputTokens)];
  return { input: A_MILLION - cacheRead - cacheWrite - output, cacheRead, cacheWrite, output };
}

function named({ input, cacheRead, cacheWrite, output }: Mix) {
  return { inputTokens: input, cacheReadTokens: cacheRead, cacheWriteTokens: cacheWrite, outputTokens: output };
}

/** "accounts/fireworks/models/glm-5p1", "glm-5.1" and "GLM-5.1-20260801" are one. */
export function plainModel(model: string): string {
  return (model.split('/').at(-1) ?? '')
    .toLowerCase()
    .replace(/\[\d+[km]\]$/, '')
    .replace(/[-@](\d{8}|\d{4}-\d{2}-\d{2}|latest)$/, '')
    .replace(/(\d)p(\d)/g, '$1-$2')
    .replaceAll('.', '-');
}
