/** Micro-USD as dollars: all digits that count, at least two after the point. Whole numbers throughout. */
export function dollars(microUsd: number): string {
  const whole = Math.floor(microUsd / 1_000_000);
  const rest = String(microUsd % 1_000_000).padStart(6, '0');
  return `$${whole}.${rest.slice(0, 2)}${rest.slice(2).replace(/0+$/, '')}`;
}

/**
 * Dollars as they are typed ("2.50", "$0.0043") as whole micro-USD, half up at the seventh digit after the point.
 * @param per - so many units the amount is for; the result is for 1,000,000. null: no amount of money.
 */
export function perMillion(typed: string, per = 1_000_000): number | null {
  const match = /^\$?(\d{1,9})(?:\.(\d{1,12}))?$/.exec(typed.trim());
  if (match === null) return null;
  const digits = 12;
  const picoUsd = BigInt(match[1] ?? '') * 10n ** BigInt(digits) + BigInt((match[2] ?? '').padEnd(digits, '0'));
  const divisor = 10n ** BigInt(digits - 6) * BigInt(per);
  return Number((2n * picoUsd * 1_000_000n + divisor) / (2n * divisor));
}
