import type { NewPrice, PriceEntry, TokenFigures } from '../../shared/contract/prices.ts';
import type { PriceUnit } from '../../shared/prices.ts';
import { m } from '../i18n/messages.ts';
import { amountText, parseAmount } from '../quotas/amounts.ts';
import { unitAmount, unitPer } from './price-units.ts';

export const FIGURES = ['input', 'output', 'cacheRead', 'cacheWrite', 'cacheWriteLong'] as const;
export type Figure = (typeof FIGURES)[number];
type FiguresTyped = Readonly<Record<Figure, string>>;

/** A price as it stands in its form: dollars for a million tokens, or for so many of a unit, as typed. */
export interface PriceTyped extends FiguresTyped {
  readonly provider: string;
  readonly per: 'tokens' | PriceUnit;
  readonly model: string;
  readonly from: string;
  /** A prompt of more tokens has the prices of `long`. Empty: there are none. */
  readonly overTokens: string;
  readonly long: FiguresTyped;
  /** Of the price that is edited; a form without them does not ask for them. */
  readonly peak: FiguresTyped;
  /** For so many of the unit as a person would say it. */
  readonly unit: string;
  readonly note: string;
}

const NO_FIGURES: FiguresTyped = { input: '', output: '', cacheRead: '', cacheWrite: '', cacheWriteLong: '' };

export const EMPTY_PRICE: PriceTyped = {
  ...NO_FIGURES,
  provider: '',
  per: 'tokens',
  model: '',
  from: '',
  overTokens: '',
  long: NO_FIGURES,
  peak: NO_FIGURES,
  unit: '',
  note: '',
};

const MODEL = /^[\w.:/@+[\]-]{1,128}$/;
const MOST_TOKENS = 1_000_000_000;
const t = m.usage.prices;

export const isOptional = (figure: Figure): boolean => figure !== 'input' && figure !== 'output';
const isTyped = (figures: FiguresTyped): boolean => FIGURES.some((figure) => figures[figure].trim() !== '');
export const hasLong = (typed: PriceTyped): boolean => typed.overTokens.trim() !== '' || isTyped(typed.long);

interface Option {
  readonly value: string;
  readonly label: string;
}

/**
 * Whose price it may be. A call may be of a provider that is not in the list, an own one that was removed or one that a
 * tool reported: it stands under its id, else the form would show another one's name.
 */
export function providerOptions(
  providers: readonly { readonly id: string; readonly name: string }[],
  chosen: string,
): readonly Option[] {
  const known = providers.map(({ id, name }) => ({ value: id, label: name }));
  const isThere = chosen === '' || known.some(({ value }) => value === chosen);
  return isThere ? known : [{ value: chosen, label: chosen }, ...known];
}

/** The form of a price that is there already: what holds today, with all that belongs to it. */
export function priceStart(entry: PriceEntry): PriceTyped {
  const own = entry.source === 'own';
  const what = {
    ...EMPTY_PRICE,
    provider: entry.provider,
    model: entry.model ?? '',
    note: own ? (entry.note ?? '') : '',
  };
  if (entry.per !== 'tokens') {
    const figure = entry.prices[entry.today ?? 0];
    const unit = figure === undefined ? '' : amountText('cost', unitAmount(figure.price, entry.per));
    return { ...what, per: entry.per, from: own ? (figure?.from ?? '') : '', unit };
  }
  const figure = entry.prices[entry.today ?? 0];
  if (figure === undefined) return what;
  const { longPrompt, peak } = figure;
  return {
    ...what,
    ...figuresTyped(figure),
    from: own ? (figure.from ?? '') : '',
    overTokens: longPrompt === null ? '' : String(longPrompt.overTokens),
    long: longPrompt === null ? NO_FIGURES : figuresTyped(longPrompt),
    peak: peak === null ? NO_FIGURES : figuresTyped(peak),
  };
}

/** The form for what was used without a price. Calls that name no model are seldom counted in tokens. */
export const unpricedStart = (provider: string, model: string): PriceTyped => ({
  ...EMPTY_PRICE,
  ...{ provider, model },
  per: model === '' ? 'characters' : 'tokens',
});

function figuresTyped(figures: Pick<TokenFigures, Figure>): FiguresTyped {
  const text = (micro: number | null): string => (micro === null ? '' : amountText('cost', micro));
  return {
    input: text(figures.input),
    output: text(figures.output),
    cacheRead: text(figures.cacheRead),
    cacheWrite: text(figures.cacheWrite),
    cacheWriteLong: text(figures.cacheWriteLong),
  };
}

type FigureErrors = Readonly<Partial<Record<Figure, string>>>;
/** What is wrong with which field. */
export type PriceErrors = Readonly<
  Partial<Record<'model' | 'overTokens' | 'unit' | Figure, string>> & { long?: FigureErrors; peak?: FigureErrors }
>;

/** An empty object: nothing is wrong. */
export function priceErrors(typed: PriceTyped): PriceErrors {
  const isAny = typed.per !== 'tokens' && typed.model === '';
  const named = isAny || MODEL.test(typed.model) ? {} : { model: t.modelWrong };
  if (typed.per !== 'tokens') {
    return { ...named, ...(parseAmount('cost', typed.unit) === null ? { unit: t.figureWrong } : {}) };
  }
  const long = hasLong(typed) ? figureErrors(typed.long) : {};
  const peak = isTyped(typed.peak) ? figureErrors(typed.peak) : {};
  return {
    ...named,
    ...figureErrors(typed),
    ...(hasLong(typed) && tokensOf(typed) === null ? { overTokens: t.overWrong } : {}),
    ...(Object.keys(long).length === 0 ? {} : { long }),
    ...(Object.keys(peak).length === 0 ? {} : { peak }),
  };
}

function figureErrors(typed: FiguresTyped): FigureErrors {
  const wrong = FIGURES.filter((figure) =>
    typed[figure].trim() === '' ? !isOptional(figure) : parseAmount('cost', typed[figure]) === null,
  );
  return Object.fromEntries(wrong.map((figure) => [figure, t.figureWrong]));
}

function tokensOf({ overTokens }: PriceTyped): number | null {
  const tokens = parseAmount('tokens', overTokens);
  return tokens === null || tokens === 0 || tokens > MOST_TOKENS ? null : tokens;
}

/** @param typed - without errors. */
export function priceOf(typed: PriceTyped): NewPrice {
  const { provider, per, model } = typed;
  const rest = {
    ...(typed.from === '' ? {} : { from: typed.from }),
    ...(typed.note.trim() === '' ? {} : { note: typed.note.trim() }),
  };
  if (per !== 'tokens') {
    const price = unitPer(parseAmount('cost', typed.unit) ?? 0, per);
    return { per, provider, ...(model === '' ? {} : { model }), price, ...rest };
  }
  return {
    ...{ per, provider, model },
    ...figuresOf(typed),
    ...(hasLong(typed) ? { longPrompt: { overTokens: tokensOf(typed) ?? 0, ...figuresOf(typed.long) } } : {}),
    ...(isTyped(typed.peak) ? { peak: figuresOf(typed.peak) } : {}),
    ...rest,
  };
}

function figuresOf(typed: FiguresTyped) {
  const micro = (figure: Figure): number => parseAmount('cost', typed[figure]) ?? 0;
  const some = FIGURES.filter((figure) => isOptional(figure) && typed[figure].trim() !== '');
  return {
    input: micro('input'),
    output: micro('output'),
    ...(Object.fromEntries(some.map((figure) => [figure, micro(figure)])) as Partial<Record<Figure, number>>),
  };
}
