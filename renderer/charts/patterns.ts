import { type ColorIndex, SERIES_COLORS } from './colors.ts';

/** A tile of so many CSS pixels repeats over the area of a series. */
export const TILE = 6;

interface Pattern {
  /** Lines as an SVG path within the tile; they run on over its edges. */
  readonly path: string;
  readonly width: number;
}

const DIAGONAL: Pattern = { path: 'M-1.5 1.5l3-3M-1.5 7.5l9-9M4.5 7.5l3-3', width: 1 };
const BACK: Pattern = { path: 'M-1.5 4.5l3 3M-1.5-1.5l9 9M4.5-1.5l3 3', width: 1 };
const DOTS: Pattern = { path: 'M1.5 1.5h.01M4.5 4.5h.01', width: 1.6 };
const LINES: Pattern = { path: 'M0 1.5h6M0 4.5h6', width: 0.9 };

/** Lines of a pattern are laid over the colour so thin that the colour stays what it is. */
export const PATTERN_ALPHA = 0.6;

/** Every second series has a pattern, so that neighbours in a stack differ by more than hue. Solid: null. */
const BY_RANK: readonly (Pattern | null)[] = [null, DIAGONAL, null, DOTS, null, BACK, null, LINES];

/** The ninth has the first one's colour again, and another pattern. */
const BY_RANK_AGAIN: readonly (Pattern | null)[] = [DOTS, null, BACK, null, LINES, null, DIAGONAL, null];

export const patternOf = (index: ColorIndex): Pattern | null => {
  if (index === 'other') return null;
  const turns = Math.floor(index / SERIES_COLORS) % 2 === 0 ? BY_RANK : BY_RANK_AGAIN;
  return turns[index % SERIES_COLORS] ?? null;
};

/** Lengths of dashes and gaps in CSS pixels: lines that lie beside each other differ by more than hue, as areas do. */
const DASHES: readonly (readonly number[])[] = [[], [7, 4], [2, 4], [10, 4, 2, 4]];
const OTHER_DASH: readonly number[] = [1, 5];

export const dashOf = (index: ColorIndex): readonly number[] =>
  index === 'other' ? OTHER_DASH : (DASHES[(index + 2 * Math.floor(index / SERIES_COLORS)) % DASHES.length] ?? []);

/** Hatch of a time in which nothing was collected. */
export const UNCOLLECTED: Pattern = { path: 'M-1.5 1.5l3-3M-1.5 7.5l9-9M4.5 7.5l3-3', width: 1 };

/**
 * A fill for a canvas.
 * @param color - of the area; null leaves it clear.
 * @param line - of the pattern.
 * @param ratio - device pixels for each CSS pixel.
 */
export function canvasFill(
  pattern: Pattern | null,
  color: string | null,
  line: string,
  ratio: number,
): string | CanvasPattern {
  if (pattern === null) return color ?? 'transparent';
  const tile = document.createElement('canvas');
  tile.width = tile.height = Math.round(TILE * ratio);
  const draw = tile.getContext('2d');
  if (draw === null) return color ?? 'transparent';
  draw.scale(tile.width / TILE, tile.height / TILE);
  if (color !== null) {
    draw.fillStyle = color;
    draw.fillRect(0, 0, TILE, TILE);
  }
  if (color !== null) draw.globalAlpha = PATTERN_ALPHA;
  draw.strokeStyle = line;
  draw.lineWidth = pattern.width;
  draw.lineCap = 'round';
  draw.stroke(new Path2D(pattern.path));
  return draw.createPattern(tile, 'repeat') ?? color ?? 'transparent';
}
