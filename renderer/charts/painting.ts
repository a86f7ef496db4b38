import type { ColorIndex } from './colors.ts';
import { colorToken } from './colors.ts';
import { canvasFill, dashOf, patternOf, UNCOLLECTED } from './patterns.ts';
import type { Brush } from './plot.ts';
import { type ChartSeries, piecesAt } from './stack.ts';

/** A bar keeps this share of its slot, at most so many CSS pixels. */
const BAR_SHARE = 0.72;
const BAR_MAX_PX = 44;
/** Slots narrower than this are filled from edge to edge: a gap of one pixel would be half of the picture. */
const SLOT_DENSE_PX = 5;
/** Bars thinner than this have neither gaps between their pieces nor patterns: both would swallow the colour. */
const BAR_FINE_PX = 5;
const FADED = 0.25;

export function fills(brush: Brush): (color: ColorIndex, fine: boolean) => string | CanvasPattern {
  const made = new Map<string, string | CanvasPattern>();
  return (color, fine) => {
    const key = `${color} ${fine}`;
    let fill = made.get(key);
    if (fill === undefined) {
      const solid = brush.palette.of(colorToken(color));
      fill = fine ? canvasFill(patternOf(color), solid, brush.palette.of('--color-surface'), brush.ratio) : solid;
      made.set(key, fill);
    }
    return fill;
  };
}

const isDense = ({ slotWidth, ratio }: Brush): boolean => slotWidth < SLOT_DENSE_PX * ratio;
const barWidth = (brush: Brush): number =>
  isDense(brush) ? brush.slotWidth : Math.max(1, Math.min(brush.slotWidth * BAR_SHARE, BAR_MAX_PX * brush.ratio));

interface Bars {
  readonly slots: number;
  readonly series: readonly ChartSeries[];
  /** The one series that is looked at; the others step back. */
  readonly lit: string | null;
}

/** Stacked bars, the first series at the ground. */
export function paintBars(brush: Brush, { slots, series, lit }: Bars): void {
  const { canvas, ratio } = brush;
  const width = barWidth(brush);
  const fine = width >= BAR_FINE_PX * ratio;
  const gap = fine ? Math.max(1, Math.round(ratio)) : 0;
  const fillOf = fills(brush);
  for (let at = 0; at < slots; at += 1) {
    const pieces = piecesAt(series, at).filter(({ top, bottom }) => top > bottom);
    const left = Math.round(brush.x(at) - width / 2);
    const right = Math.round(brush.x(at) + width / 2);
    for (const [place, piece] of pieces.entries()) {
      const isTop = place === pieces.length - 1;
      const top = Math.round(brush.y(piece.top));
      const bottom = Math.round(brush.y(piece.bottom)) - (piece.bottom > 0 ? gap : 0);
      canvas.globalAlpha = lit === null || lit === piece.series.key ? 1 : FADED;
      canvas.fillStyle = fillOf(piece.series.color, fine);
      canvas.beginPath();
      const height = Math.max(bottom - top, isTop ? 1 : 0.5);
      const radius = isTop && fine ? Math.min(3 * ratio, height, width / 3) : 0;
      canvas.roundRect(left, bottom - height, Math.max(1, right - left), height, [radius, radius, 0, 0]);
      canvas.fill();
    }
  }
  canvas.globalAlpha = 1;
}

/** What each bar is compared with: a short line across its place, or one line where there is no room for many. */
export function paintTargets(brush: Brush, values: readonly (number | null)[]): void {
  const { canvas, ratio } = brush;
  if (isDense(brush)) return paintLine(brush, { values, token: '--color-text', width: 1 });
  const half = Math.min(barWidth(brush) * 0.62, brush.slotWidth / 2);
  canvas.strokeStyle = brush.palette.of('--color-text');
  canvas.globalAlpha = 0.75;
  canvas.lineWidth = 1.5 * ratio;
  canvas.beginPath();
  for (const [at, value] of values.entries()) {
    if (value === null || value === 0) continue;
    const y = Math.round(brush.y(value));
    canvas.moveTo(brush.x(at) - half, y);
    canvas.lineTo(brush.x(at) + half, y);
  }
  canvas.stroke();
  canvas.globalAlpha = 1;
}

/** Stacked areas of running sums: each series between the one below and its own top. */
export function paintAreas(brush: Brush, { slots, series, lit }: Bars): void {
  const { canvas } = brush;
  const fillOf = fills(brush);
  const columns = Array.from({ length: slots }, (_, at) => piecesAt(series, at));
  for (const [place, { key, color }] of series.entries()) {
    canvas.globalAlpha = lit === null || lit === key ? 1 : FADED;
    canvas.fillStyle = fillOf(color, true);
    canvas.beginPath();
    for (let at = 0; at < slots; at += 1) canvas.lineTo(brush.x(at), brush.y(columns[at]?.[place]?.top ?? 0));
    for (let at = slots - 1; at >= 0; at -= 1) canvas.lineTo(brush.x(at), brush.y(columns[at]?.[place]?.bottom ?? 0));
    canvas.closePath();
    canvas.fill();
    canvas.globalAlpha = 1;
    canvas.strokeStyle = brush.palette.of('--color-surface');
    canvas.lineWidth = brush.ratio;
    canvas.beginPath();
    for (let at = 0; at < slots; at += 1) canvas.lineTo(brush.x(at), brush.y(columns[at]?.[place]?.top ?? 0));
    canvas.stroke();
  }
}

/** Points are marked where they have room, and where a line of one point would not be seen. */
const POINT_ROOM_PX = 16;
const POINT_PX = 2.5;

/** A line for each series, each from its own zero; nothing is drawn before the slot `from`. */
export function paintLines(brush: Brush, { series, lit }: Bars, from: number): void {
  const { canvas, ratio } = brush;
  for (const { key, color, values } of series.toReversed()) {
    canvas.globalAlpha = lit === null || lit === key ? 1 : FADED;
    const token = colorToken(color);
    const known = values.map((value, at) => (at < from ? null : value));
    paintLine(brush, { values: known, token, dash: dashOf(color), width: lit === key ? 3 : 2 });
    if (brush.slotWidth >= POINT_ROOM_PX * ratio || known.length - from === 1) {
      canvas.fillStyle = brush.palette.of(token);
      for (const [at, value] of known.entries()) {
        if (value === null) continue;
        canvas.beginPath();
        canvas.arc(brush.x(at), brush.y(value), POINT_PX * ratio, 0, 2 * Math.PI);
        canvas.fill();
      }
    }
  }
  canvas.globalAlpha = 1;
}

interface Line {
  readonly values: readonly (number | null)[];
  readonly token: string;
  readonly dash?: readonly number[];
  /** CSS pixels. */
  readonly width?: number;
}

/** A line from slot to slot; where a value is null it has a gap. */
export function paintLine(brush: Brush, { values, token, dash = [], width = 1.5 }: Line): void {
  const { canvas, ratio } = brush;
  canvas.strokeStyle = brush.palette.of(token);
  canvas.lineWidth = width * ratio;
  canvas.lineJoin = 'round';
  canvas.setLineDash(dash.map((part) => part * ratio));
  canvas.beginPath();
  let drawing = false;
  for (const [at, value] of values.entries()) {
    if (value === null) {
      drawing = false;
      continue;
    }
    const y = brush.y(value);
    if (drawing) canvas.lineTo(brush.x(at), y);
    else canvas.moveTo(brush.x(at), y);
    drawing = true;
  }
  canvas.stroke();
  canvas.setLineDash([]);
}

export function paintBand(
  brush: Brush,
  edges: readonly ({ readonly low: number; readonly high: number } | null)[],
  token: string,
): void {
  const { canvas } = brush;
  const known = [...edges.entries()].flatMap(([at, edge]) => (edge === null ? [] : [{ at, ...edge }]));
  canvas.fillStyle = brush.palette.of(token);
  canvas.globalAlpha = 0.2;
  canvas.beginPath();
  for (const { at, high } of known) canvas.lineTo(brush.x(at), brush.y(high));
  for (const { at, low } of known.toReversed()) canvas.lineTo(brush.x(at), brush.y(low));
  canvas.closePath();
  canvas.fill();
  canvas.globalAlpha = 1;
}

/** Hatches the slots before `until`: nothing was collected there yet. */
export function paintUncollected(brush: Brush, until: number): void {
  if (until <= 0) return;
  const { canvas } = brush;
  canvas.fillStyle = canvasFill(UNCOLLECTED, null, brush.palette.of('--chart-grid'), brush.ratio);
  const right = brush.x(until - 0.5);
  canvas.fillRect(brush.left, brush.top, right - brush.left, brush.height);
}

/** A mark over a slot: a small diamond at the top of the plotting area. */
export function paintMark(brush: Brush, at: number, value: number): void {
  const { canvas, ratio } = brush;
  const size = 4.5 * ratio;
  const x = brush.x(at);
  const y = Math.max(brush.top - 2 * ratio + size, brush.y(value) - 8 * ratio);
  canvas.fillStyle = brush.palette.of('--color-warn');
  canvas.strokeStyle = brush.palette.of('--color-surface');
  canvas.lineWidth = 1.5 * ratio;
  canvas.beginPath();
  canvas.moveTo(x, y - size);
  canvas.lineTo(x + size, y);
  canvas.lineTo(x, y + size);
  canvas.lineTo(x - size, y);
  canvas.closePath();
  canvas.stroke();
  canvas.fill();
}
