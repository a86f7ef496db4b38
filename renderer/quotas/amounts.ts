/** What a quota may count, as its limit is typed. Requests and tokens are whole, money is micro-USD inside. */
export type Unit = 'requests' | 'tokens' | 'cost';

/** Nobody means more than this, and it is exact in a number. */
const MOST = 9_000_000_000_000_000n;
const SCALES: Readonly<Record<string, bigint>> = { '': 1n, k: 1_000n, m: 1_000_000n, b: 1_000_000_000n };

/**
 * A typed limit as the integer that the contract takes, or null where it is no such number. Read digit by digit: no
 * binary fraction comes near it, so 0.1 dollar is exactly 100000 micro-USD.
 * Money: `12`, `$12.50`, `12,50`, `1,234.56`, up to six decimals. Counts: `1000`, `1,000`, `1 000`, `500k`, `1.5M`, `2B`.
 */
export function parseAmount(unit: Unit, typed: string): number | null {
  const text = typed
    .trim()
    .replace(/^\$|\s*(?:USD|\$)$/i, '')
    .replace(/[\s_'’]/gu, '');
  const [, digits = '', suffix = ''] = /^([\d.,]+)([kmb]?)$/i.exec(text) ?? [];
  const decimal = digits === '' ? null : splitDecimal(digits);
  const scale = SCALES[suffix.toLowerCase()];
  if (decimal === null || scale === undefined) return null;
  const micro = 1_000_000n;
  const total = toMillionths(decimal) * scale;
  const amount = unit === 'cost' ? total : total % micro === 0n ? total / micro : null;
  return amount === null || amount > MOST ? null : Number(amount);
}

interface Decimal {
  readonly whole: string;
  /** At most six digits. */
  readonly part: string;
}

/**
 * `1,234.5` and `1.234,5`: of two signs the last is the decimal one. A single comma before exactly three digits groups
 * them, as in English; a single dot is always decimal.
 */
function splitDecimal(digits: string): Decimal | null {
  const last = Math.max(digits.lastIndexOf('.'), digits.lastIndexOf(','));
  if (last === -1) return { whole: digits, part: '' };
  const sign = digits[last] ?? '';
  const groupSign = sign === '.' ? ',' : '.';
  const isOnly = digits.indexOf(sign) === last;
  const isDecimal = isOnly && (sign === '.' || digits.includes(groupSign) || digits.length - last !== 4);
  const whole = isDecimal ? digits.slice(0, last) : digits;
  const part = isDecimal ? digits.slice(last + 1) : '';
  const isGrouped = new RegExp(`^\\d{1,3}(?:\\${isDecimal ? groupSign : sign}\\d{3})+$`).test(whole);
  if (!isGrouped && !/^\d*$/.test(whole)) return null;
  if (whole + part === '' || part.length > 6) return null;
  return { whole: whole.replace(/[.,]/g, ''), part };
}

const toMillionths = ({ whole, part }: Decimal): bigint => BigInt(`${whole}${part.padEnd(6, '0')}`);

/** How an amount stands in its field when it is edited: `12.50`, `1500000`. */
export function amountText(unit: Unit, amount: number): string {
  if (unit !== 'cost') return String(amount);
  const digits = String(amount).padStart(7, '0');
  const part = digits.slice(-6).replace(/0+$/, '');
  return part === '' ? digits.slice(0, -6) : `${digits.slice(0, -6)}.${part.padEnd(2, '0')}`;
}
