/** The points of a line through `values`, 0 at the bottom edge. */
export function sparkPath(values: readonly number[], width: number, height: number): string {
  const max = Math.max(...values, 1);
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  const inner = height - 2;
  return values
    .map((value, at) => `${at === 0 ? 'M' : 'L'}${round(at * step)} ${round(height - 1 - (value / max) * inner)}`)
    .join('');
}

const round = (value: number): number => Math.round(value * 10) / 10;
