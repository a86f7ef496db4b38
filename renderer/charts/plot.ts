import 'uplot/dist/uPlot.min.css';
import uPlot from 'uplot';
import { type Palette, readPalette } from './colors.ts';
import { axisMarks, labelledSlots } from './stack.ts';

/** What a chart shows, apart from its marks: slots of equal width, and one axis that begins at 0. */
export interface PlotModel {
  readonly slots: number;
  readonly max: number;
  /** Short name of a slot on the axis. */
  readonly slotName: (at: number) => string;
  /** @param step - from one mark to the next: all of an axis are written with as many digits. */
  readonly markName: (value: number, step: number) => string;
  /** CSS pixels that the longest slot name needs. */
  readonly room: number;
  readonly paint: (brush: Brush) => void;
}

/** What marks are painted with. All in device pixels. */
export interface Brush {
  readonly canvas: CanvasRenderingContext2D;
  readonly palette: Palette;
  readonly ratio: number;
  readonly slotWidth: number;
  /** Middle of a slot; slots may be fractions. */
  readonly x: (at: number) => number;
  readonly y: (value: number) => number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Where the plotting area lies within the chart, in CSS pixels. */
export interface PlotArea {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const AXIS_FONT_PX = 12;
const MARK_ROOM_PX = 44;
const EDGE_PX = 18;

/**
 * uPlot draws the axes and the grid and keeps canvas and device pixels in step; marks are painted by the model, pointer and
 * keyboard are the owner's. One instance lives as long as the chart: other data is only painted again, nothing flickers.
 */
export class Plot {
  readonly #host: HTMLElement;
  readonly #plot: uPlot;
  #model: PlotModel;
  #palette: Palette;

  constructor(host: HTMLElement, model: PlotModel, width: number, height: number) {
    this.#host = host;
    this.#model = model;
    this.#palette = readPalette(host);
    const font = `${AXIS_FONT_PX}px ${this.#palette.font}`;
    const stroke = (): string => this.#palette.of('--color-text-muted');
    const none = { show: false } as const;
    this.#plot = new uPlot(
      {
        width,
        height,
        padding: [8, (plot) => this.#edge(plot), 0, 0],
        cursor: none,
        legend: none,
        select: { show: false, left: 0, top: 0, width: 0, height: 0 },
        scales: {
          x: { time: false, range: () => [-0.5, Math.max(0.5, this.#model.slots - 0.5)] },
          y: { range: (plot): [number, number] => [0, this.#marks(plot.height).at(-1) ?? 1] },
        },
        axes: [
          {
            font,
            stroke,
            grid: none,
            ticks: none,
            gap: 6,
            size: 26,
            splits: (plot) => this.#labelled(plot),
            values: (_, splits) => splits.map((at) => this.#model.slotName(at)),
          },
          {
            font,
            stroke,
            ticks: none,
            gap: 8,
            grid: { stroke: () => this.#palette.of('--chart-grid'), width: 1 },
            size: (plot, values) => this.#axisWidth(plot, values ?? []),
            splits: (plot) => this.#marks(plot.height),
            // An axis of nothing has no other mark than 0: the least that is not nothing would be read as a figure.
            values: (plot, splits) => {
              const [, step = 1] = this.#marks(plot.height);
              return splits.map((value) =>
                value > 0 && this.#model.max <= 0 ? '' : this.#model.markName(value, step),
              );
            },
          },
        ],
        series: [{}, { paths: () => null, points: none }],
        hooks: { draw: [(plot) => this.#paint(plot)] },
      },
      this.#data(),
      host,
    );
  }

  show(model: PlotModel): void {
    this.#model = model;
    this.#plot.setData(this.#data());
  }

  resize(width: number, height: number): void {
    if (width !== this.#plot.width || height !== this.#plot.height) this.#plot.setSize({ width, height });
  }

  /** The theme changed. */
  recolor(): void {
    this.#palette = readPalette(this.#host);
    this.#plot.redraw();
  }

  area(): PlotArea {
    const { left, top, width, height } = this.#plot.bbox;
    const ratio = uPlot.pxRatio;
    return { left: left / ratio, top: top / ratio, width: width / ratio, height: height / ratio };
  }

  destroy(): void {
    this.#plot.destroy();
  }

  /** uPlot wants numbers to work out its scales; ours are given by the model, so the ends are enough. */
  #data(): uPlot.AlignedData {
    return [
      [0, Math.max(1, this.#model.slots - 1)],
      [0, Math.max(1, this.#model.max)],
    ];
  }

  #marks(height: number): number[] {
    return axisMarks(this.#model.max, Math.max(2, Math.floor(height / MARK_ROOM_PX)));
  }

  #labelled({ bbox, width }: uPlot): number[] {
    return labelledSlots(this.#model.slots, bbox.width / uPlot.pxRatio || width, this.#model.room);
  }

  #axisWidth(plot: uPlot, values: readonly (string | null)[]): number {
    const longest = values.reduce<string>(
      (most, value) => ((value ?? '').length > most.length ? (value ?? '') : most),
      '',
    );
    plot.ctx.font = `${AXIS_FONT_PX * uPlot.pxRatio}px ${this.#palette.font}`;
    return Math.ceil(plot.ctx.measureText(longest).width / uPlot.pxRatio) + 12;
  }

  /** The last slot's name stands in its middle: half of it may reach over the end. */
  #edge(plot: uPlot): number {
    const last = this.#model.slotName(Math.max(0, this.#model.slots - 1));
    plot.ctx.font = `${AXIS_FONT_PX * uPlot.pxRatio}px ${this.#palette.font}`;
    return Math.max(EDGE_PX, Math.ceil(plot.ctx.measureText(last).width / uPlot.pxRatio / 2) + 4);
  }

  #paint(plot: uPlot): void {
    const { left, top, width, height } = plot.bbox;
    const canvas = plot.ctx;
    canvas.save();
    canvas.beginPath();
    canvas.rect(left, top - 8 * uPlot.pxRatio, width, height + 8 * uPlot.pxRatio);
    canvas.clip();
    this.#model.paint({
      canvas,
      palette: this.#palette,
      ratio: uPlot.pxRatio,
      slotWidth: width / Math.max(1, this.#model.slots),
      x: (at) => plot.valToPos(at, 'x', true),
      y: (value) => plot.valToPos(value, 'y', true),
      left,
      top,
      width,
      height,
    });
    canvas.restore();
  }
}
