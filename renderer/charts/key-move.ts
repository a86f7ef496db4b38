export interface Point {
  readonly at: number;
  /** A series within the slot, from the ground up; null: all of it. */
  readonly level: number | null;
}

const PAGE = 7;

/** Where a key leads from a point; null: it is none of ours. */
export function keyMove(key: string, from: Point, slots: number, levels: number): Point | null {
  const to = (at: number): Point => ({ at: Math.min(slots - 1, Math.max(0, at)), level: from.level });
  const level = (step: 1 | -1): Point => {
    const next = from.level === null ? (step === 1 ? 0 : levels - 1) : from.level + step;
    return { at: from.at, level: next < 0 || next >= levels ? null : next };
  };
  switch (key) {
    case 'ArrowLeft':
      return to(from.at - 1);
    case 'ArrowRight':
      return to(from.at + 1);
    case 'PageUp':
      return to(from.at - PAGE);
    case 'PageDown':
      return to(from.at + PAGE);
    case 'Home':
      return to(0);
    case 'End':
      return to(slots - 1);
    case 'ArrowUp':
      return levels === 0 ? null : level(1);
    case 'ArrowDown':
      return levels === 0 ? null : level(-1);
    default:
      return null;
  }
}
