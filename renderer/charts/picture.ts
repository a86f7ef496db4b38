import { type ColorIndex, colorToken, type Palette, readPalette } from './colors.ts';
import { canvasFill, dashOf, patternOf, UNCOLLECTED } from './patterns.ts';
import type { LegendEntry, PictureBody, PictureSource } from './picture-source.ts';

/** All in CSS pixels; the picture has as many device pixels as the window. */
const PAD = 24;
const GAP = 20;
const LEAST_WIDTH = 520;
const LINE = 20;
const ROW = 26;
const CELL = 12;
const CELL_GAP = 3;

interface Sheet {
  readonly draw: CanvasRenderingContext2D;
  readonly palette: Palette;
  readonly width: number;
  readonly ratio: number;
}

/**
 * What the screen shows, with its titles, ranges and legends, on the colour of its surface.
 * @param place - whose colours and font hold. @param notes - below the ranges: what it is narrowed to.
 * @returns a PNG, base64.
 */
export function pictureOf(place: HTMLElement, sources: readonly PictureSource[], notes: readonly string[]): string {
  const palette = readPalette(place);
  const ratio = Math.max(1, devicePixelRatio);
  const width = Math.max(LEAST_WIDTH, ...sources.map((source) => bodyWidth(source, ratio)));
  const measured = sheetOf(palette, width, 1, ratio);
  const height =
    PAD + sources.reduce((sum, source) => sum + paint(measured, source, notes, sum + PAD) + GAP, 0) - GAP + PAD;
  const sheet = sheetOf(palette, width, height, ratio);
  sheet.draw.fillStyle = palette.of('--color-surface');
  sheet.draw.fillRect(0, 0, width + 2 * PAD, height);
  let top = PAD;
  for (const source of sources) top += paint(sheet, source, notes, top) + GAP;
  return sheet.draw.canvas.toDataURL('image/png').replace(/^data:image\/png;base64,/, '');
}

function sheetOf(palette: Palette, width: number, height: number, ratio: number): Sheet {
  const canvas = document.createElement('canvas');
  canvas.width = Math.round((width + 2 * PAD) * ratio);
  canvas.height = Math.round(height * ratio);
  const draw = canvas.getContext('2d');
  if (draw === null) throw new Error('no canvas here');
  draw.scale(ratio, ratio);
  draw.textBaseline = 'top';
  return { draw, palette, width, ratio };
}

function bodyWidth({ body, canvas }: PictureSource, ratio: number): number {
  if (body.kind === 'canvas') return (canvas()?.width ?? 0) / ratio;
  return body.kind === 'cells' ? cellsWidth(body) : 0;
}

/** @returns the height. Drawn on a sheet of no height it is only measured. */
function paint(sheet: Sheet, source: PictureSource, notes: readonly string[], top: number): number {
  const { palette, width } = sheet;
  let y = top;
  for (const [text, size, weight, token] of [
    [source.title, 18, 600, '--color-text'],
    [source.range, 13, 400, '--color-text-muted'],
    ...notes.map((note) => [note, 13, 400, '--color-text-muted'] as const),
  ] as const) {
    write(sheet, fitted(sheet, text, font(palette, size, weight), width), PAD, y, token);
    y += size + 8;
  }
  y += 8;
  y += paintBody(sheet, source, y);
  if (source.legend.length > 0) y += GAP / 2 + paintLegend(sheet, source, y + GAP / 2);
  for (const sign of source.signs ?? []) {
    write(sheet, fitted(sheet, sign, font(palette, 13, 400), width), PAD, y, '--color-text-muted');
    y += LINE;
  }
  return y - top;
}

function paintBody(sheet: Sheet, { body, canvas }: PictureSource, top: number): number {
  switch (body.kind) {
    case 'canvas': {
      const painted = canvas();
      if (painted === null) return 0;
      const [wide, high] = [painted.width / sheet.ratio, painted.height / sheet.ratio];
      sheet.draw.drawImage(painted, PAD, top, wide, high);
      return high;
    }
    case 'bars':
      return paintRanks(sheet, body.rows, top);
    case 'cells':
      return paintCells(sheet, body, top);
  }
}

function paintRanks(sheet: Sheet, rows: readonly (LegendEntry & { readonly share: number })[], top: number): number {
  const { draw, palette, width } = sheet;
  const text = font(palette, 13, 400);
  draw.font = text;
  const names = Math.min(width * 0.4, Math.max(...rows.map(({ label }) => draw.measureText(label).width)) + 12);
  const values = Math.max(...rows.map(({ value }) => draw.measureText(value).width)) + 12;
  for (const [at, { label, value, color, share }] of rows.entries()) {
    const y = top + at * ROW;
    write(sheet, fitted(sheet, label, text, names - 12), PAD, y + 5, '--color-text');
    draw.fillStyle = palette.of(colorToken(color));
    if (share > 0) draw.fillRect(PAD + names, y + 4, Math.max(1, share * (width - names - values)), ROW - 10);
    write(sheet, value, PAD + width - draw.measureText(value).width, y + 5, '--color-text');
  }
  return rows.length * ROW;
}

type Cells = Extract<PictureBody, { kind: 'cells' }>;
const NAMES_WIDTH = 44;
const cellWide = ({ low }: Cells): number => (low ? 3 * CELL : CELL);
const cellsWidth = (cells: Cells): number => NAMES_WIDTH + cells.columns.length * (cellWide(cells) + CELL_GAP);

function paintCells(sheet: Sheet, cells: Cells, top: number): number {
  const { draw, palette, ratio } = sheet;
  const [wide, high] = [cellWide(cells) + CELL_GAP, CELL + CELL_GAP];
  const left = PAD + NAMES_WIDTH;
  draw.font = font(palette, 11, 400);
  for (const [at, name] of cells.columns.entries()) write(sheet, name, left + at * wide, top, '--color-text-muted');
  const first = top + LINE;
  const hatch = canvasFill(UNCOLLECTED, null, palette.of('--chart-grid'), ratio);
  for (const [y, row] of cells.rows.entries()) {
    write(sheet, row.short, PAD, first + y * high, '--color-text-muted');
    for (const [x, cell] of row.cells.entries()) {
      if (cell.blank === true) continue;
      draw.fillStyle = cell.unknown === true ? hatch : palette.of(`--heat-${cell.step}`);
      draw.fillRect(left + x * wide, first + y * high, wide - CELL_GAP, CELL);
      if (cell.open !== true) continue;
      draw.fillStyle = palette.of('--color-text-muted');
      draw.fillRect(left + x * wide + (wide - CELL_GAP) / 2 - 1, first + y * high + CELL / 2 - 1, 2, 2);
    }
  }
  const foot = first + cells.rows.length * high + 8;
  write(sheet, cells.legend.less, left, foot, '--color-text-muted');
  let x = left + draw.measureText(cells.legend.less).width + 6;
  for (let step = 0; step < 5; step += 1, x += CELL + CELL_GAP) {
    draw.fillStyle = palette.of(`--heat-${step}`);
    draw.fillRect(x, foot, CELL, CELL);
  }
  write(sheet, cells.legend.more, x + 3, foot, '--color-text-muted');
  return foot + LINE - top;
}

/** Names with their sums, as many in a line as fit. */
function paintLegend(sheet: Sheet, { legend, isLines }: PictureSource, top: number): number {
  const { draw, palette, width } = sheet;
  const text = font(palette, 13, 400);
  const room = isLines === true ? 30 : 20;
  let [x, y] = [0, top];
  for (const { label, value, color } of legend) {
    const said = fitted(sheet, `${label}  ${value}`, text, width - room);
    const wide = room + draw.measureText(said).width;
    if (x > 0 && x + wide > width) [x, y] = [0, y + LINE + 2];
    paintSwatch(sheet, color, isLines === true, PAD + x, y);
    write(sheet, said, PAD + x + room, y, '--color-text');
    x += wide + 16;
  }
  return y + LINE - top;
}

function paintSwatch({ draw, palette, ratio }: Sheet, color: ColorIndex, isLine: boolean, x: number, y: number): void {
  const solid = palette.of(colorToken(color));
  if (isLine) {
    draw.strokeStyle = solid;
    draw.lineWidth = 2.5;
    draw.setLineDash([...dashOf(color)]);
    draw.beginPath();
    draw.moveTo(x, y + 7);
    draw.lineTo(x + 24, y + 7);
    draw.stroke();
    draw.setLineDash([]);
    return;
  }
  draw.fillStyle = canvasFill(patternOf(color), solid, palette.of('--color-surface'), ratio);
  draw.fillRect(x, y + 1, 13, 13);
}

const font = ({ font: family }: Palette, size: number, weight: number): string => `${weight} ${size}px ${family}`;

function write({ draw, palette }: Sheet, text: string, x: number, y: number, token: string): void {
  draw.fillStyle = palette.of(token);
  draw.fillText(text, x, y);
}

/** Cut where it is wider. Sets the font. */
function fitted({ draw }: Sheet, text: string, face: string, width: number): string {
  draw.font = face;
  if (draw.measureText(text).width <= width) return text;
  let end = text.length;
  while (end > 1 && draw.measureText(`${text.slice(0, end)}…`).width > width) end -= 1;
  return `${text.slice(0, end)}…`;
}
