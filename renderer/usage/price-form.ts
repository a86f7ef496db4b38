import type { NewPrice, PriceEntry } from '../../shared/contract/prices.ts';
import { m } from '../i18n/messages.ts';
import { amountText, parseAmount } from '../quotas/amounts.ts';

/** A price as it stands in its form: dollars for a million tokens, as typed. */
export interface PriceTyped {
  readonly provider: string;
  readonly model: string;
  readonly from: string;
  readonly input: string;
  readonly output: string;
  readonly cacheRead: string;
  readonly cacheWrite: string;
  readonly cacheWriteLong: string;
  readonly note: string;
}
export const FIGURES = ['input', 'output', 'cacheRead', 'cacheWrite', 'cacheWriteLong'] as const;
export type Figure = (typeof FIGURES)[number];

export const EMPTY_PRICE: PriceTyped = {
  provider: '',
  model: '',
  from: '',
  input: '',
  output: '',
  cacheRead: '',
  cacheWrite: '',
  cacheWriteLong: '',
  note: '',
};

const MODEL = /^[\w.:/@+[\]-]{1,128}$/;
const t = m.usage.prices;

/** The form of a price that is there already: what holds today. */
export function priceStart(entry: PriceEntry & { readonly per: 'tokens' }): PriceTyped {
  const figure = entry.prices[entry.today ?? 0];
  const text = (micro: number | null | undefined): string => (micro == null ? '' : amountText('cost', micro));
  return {
    provider: entry.provider,
    model: entry.model,
    from: entry.source === 'own' ? (figure?.from ?? '') : '',
    input: text(figure?.input),
    output: text(figure?.output),
    cacheRead: text(figure?.cacheRead),
    cacheWrite: text(figure?.cacheWrite),
    cacheWriteLong: text(figure?.cacheWriteLong),
    note: entry.source === 'own' ? (entry.note ?? '') : '',
  };
}

/** What is wrong with which field; an empty object: nothing. */
export function priceErrors(typed: PriceTyped): Readonly<Partial<Record<keyof PriceTyped, string>>> {
  const errors: Partial<Record<keyof PriceTyped, string>> = {};
  if (!MODEL.test(typed.model)) errors.model = t.modelWrong;
  for (const figure of FIGURES) {
    const optional = figure !== 'input' && figure !== 'output';
    if (typed[figure].trim() === '' ? !optional : parseAmount('cost', typed[figure]) === null) {
      errors[figure] = t.figureWrong;
    }
  }
  return errors;
}

/** @param typed - without errors. */
export function priceOf(typed: PriceTyped): NewPrice {
  const micro = (figure: Figure): number => parseAmount('cost', typed[figure]) ?? 0;
  const some = (figure: Figure): Partial<Record<Figure, number>> =>
    typed[figure].trim() === '' ? {} : { [figure]: micro(figure) };
  return {
    per: 'tokens',
    provider: typed.provider,
    model: typed.model,
    input: micro('input'),
    output: micro('output'),
    ...some('cacheRead'),
    ...some('cacheWrite'),
    ...some('cacheWriteLong'),
    ...(typed.from === '' ? {} : { from: typed.from }),
    ...(typed.note.trim() === '' ? {} : { note: typed.note.trim() }),
  };
}
