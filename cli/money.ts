/** Micro-USD as dollars: all digits that count, at least two after the point. Whole numbers throughout. */
export function dollars(microUsd: number): string {
  const whole = Math.floor(microUsd / 1_000_000);
  const rest = String(microUsd % 1_000_000).padStart(6, '0');
  return `$${whole}.${rest.slice(0, 2)}${rest.slice(2).replace(/0+$/, '')}`;
}
