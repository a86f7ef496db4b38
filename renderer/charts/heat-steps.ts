/** So many steps of a heat map, the empty one included. */
export const HEAT_STEPS = 5;

/**
 * The step of each value: 0 for nothing, then by quartile of what is more than nothing, so that one large day does not
 * leave all others pale.
 */
export function heatSteps(values: readonly number[]): number[] {
  const edges = heatEdges(values);
  return values.map((value) => (value <= 0 ? 0 : 1 + edges.filter((edge) => value > edge).length));
}

/** The upper edges of steps 1 to 3; what is above the last is step 4. */
export function heatEdges(values: readonly number[]): number[] {
  const some = values.filter((value) => value > 0).sort((a, b) => a - b);
  if (some.length === 0) return [];
  return [0.25, 0.5, 0.75].map(
    (share) => some[Math.min(some.length - 1, Math.ceil(some.length * share) - 1)] as number,
  );
}

export interface Cell {
  readonly key: string;
  readonly step: number;
  /** What is spoken and shown for it. */
  readonly text: string;
  /** Outside the range: there is no such cell. */
  readonly blank?: boolean;
  /** There was something, and how much is not known. */
  readonly open?: boolean;
  /** Nothing was collected yet. */
  readonly unknown?: boolean;
}
