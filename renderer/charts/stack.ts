import type { CostCertainty } from '../../shared/usage-words.ts';
import type { ColorIndex } from './colors.ts';

/** One series of a chart: a number for each slot. */
export interface ChartSeries {
  readonly key: string;
  readonly label: string;
  readonly color: ColorIndex;
  readonly values: readonly number[];
  /** How far each value is known; left out: all are. */
  readonly certainty?: readonly CostCertainty[];
}

export interface ChartSlot {
  readonly key: string;
  /** On the axis. */
  readonly name: string;
  /** Spoken and in the tip. */
  readonly title: string;
  /** What was out of the usual here, each in a sentence. */
  readonly notes: readonly string[];
}

/** Running sums along the slots. */
export function cumulative(values: readonly number[]): number[] {
  let sum = 0;
  return values.map((value) => (sum += value));
}

export function totalsOf(series: readonly ChartSeries[], slots: number): number[] {
  return Array.from({ length: slots }, (_, at) => series.reduce((sum, { values }) => sum + (values[at] ?? 0), 0));
}

export interface StackPiece {
  readonly series: ChartSeries;
  readonly bottom: number;
  readonly top: number;
}

/** What stands in one slot, from the ground up. Nothing is left out: a piece of 0 has no height. */
export function piecesAt(series: readonly ChartSeries[], at: number): StackPiece[] {
  let bottom = 0;
  return series.map((one) => {
    const top = bottom + (one.values[at] ?? 0);
    const piece = { series: one, bottom, top };
    bottom = top;
    return piece;
  });
}

const NICE = [1, 2, 5] as const;

/** The least 1, 2 or 5 times a power of ten that is not less than `value`; at least 1: nothing here is a fraction. */
export function niceStep(value: number): number {
  if (value <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  for (const nice of NICE) if (nice * power >= value) return nice * power;
  return 10 * power;
}

/** Marks of an axis from 0 to just over `max`, about `count` steps of them. */
export function axisMarks(max: number, count: number): number[] {
  const step = niceStep(max / Math.max(1, count));
  const top = Math.max(1, Math.ceil(max / step));
  return Array.from({ length: top + 1 }, (_, n) => n * step);
}

const STEPS = [1, 2, 3, 4, 6, 7, 12, 14, 21, 28, 30, 56, 60, 90, 120, 180, 365, 730] as const;

/** Which slots are named on the axis, so that each name has `room` pixels; the last one always is. */
export function labelledSlots(count: number, width: number, room: number): number[] {
  if (count === 0) return [];
  const least = Math.max(1, Math.ceil((count * room) / Math.max(width, room)));
  const step = STEPS.find((one) => one >= least) ?? Math.ceil(count / 2);
  const slots: number[] = [];
  for (let at = count - 1; at >= 0; at -= step) slots.unshift(at);
  return slots;
}
