import { QUOTA_DEFAULTS } from '../shared/quota-defaults.ts';
import { usage } from './fail.ts';
import { perMillion } from './money.ts';

/** Powers of ten, as the window takes them too; "G" and "B" are the same. */
const UNITS: Readonly<Record<string, number>> = { '': 0, k: 3, m: 6, g: 9, b: 9 };

/** A shell makes something else of an unquoted "$20", so it can be written "20usd". */
const MONEY = /^\$|usd$/i;

/** Whether it is written as money. */
export const isMoney = (text: string): boolean => MONEY.test(text.trim());

/** An amount in any other currency: "20eur", "€20", "CHF 20". */
function isOtherMoney(text: string): boolean {
  const sign = /^([€£¥]|[a-z]{3})?\s*\d[\d.,]*\s*([€£¥]|[a-z]{3})?$/i.exec(text.trim());
  const currency = sign?.[1] ?? sign?.[2];
  if (currency === undefined || isMoney(text)) return false;
  return currency.length === 1 || Intl.supportedValuesOf('currency').includes(currency.toUpperCase());
}

/**
 * "1500", "2M", "1.5b"; "20usd", "$20" or "20" dollars where cost is counted, in micro-USD.
 * @throws AppError `invalid_input` also for parts of a unit: what is below a micro-USD would be counted as nothing.
 */
export function amount(text: string, counts: string, option: string): number {
  if (isOtherMoney(text)) throw usage(`${option} is no amount in US dollars.`, 'Costs are in dollars alone, as 20usd.');
  if (counts === 'cost') {
    const typed = text.trim().replace(/\s*usd$/i, '');
    const microUsd = /\.\d{7,}$/.test(typed) ? null : perMillion(typed);
    if (microUsd !== null) return microUsd;
    throw usage(`${option} is no amount of money.`, 'For example 20usd or 2.50, with at most six decimals.');
  }
  const [, whole = '', part = '', unit = ''] = /^(\d{1,15})(?:\.(\d{1,9}))?([kmgb]?)$/i.exec(text.trim()) ?? [];
  const places = UNITS[unit.toLowerCase()] ?? 0;
  const rest = part.replace(/0+$/, '');
  // By its digits: 1.1 times a million is no whole number in binary fractions.
  const figure = Number(`${whole}${rest.padEnd(places, '0')}`);
  if (whole !== '' && rest.length <= places && Number.isSafeInteger(figure)) return figure;
  throw usage(`${option} is no number of ${counts}.`, 'For example 1000, 50k, 2M or 1.5B.');
}

/** "75,90,100" or "none". */
export function levels(text: string): number[] {
  if (text === 'none') return [];
  return text.split(',').map((each) => percent(each, '--warn-at'));
}

export function percent(text: string, option: string): number {
  if (/^[0-9]{1,3}%?$/.test(text.trim())) return Number.parseInt(text, 10);
  throw usage(
    `${option} takes percent.`,
    `For example ${option === '--warn-at' ? QUOTA_DEFAULTS.warnAt.join(',') : '90'}.`,
  );
}
