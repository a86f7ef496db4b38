import { createContext, type RefObject, useContext, useEffect, useId } from 'react';
import type { ColorIndex } from './colors.ts';
import type { Cell } from './heat-steps.ts';

export interface LegendEntry {
  readonly label: string;
  readonly value: string;
  readonly color: ColorIndex;
}

export type PictureBody =
  | { readonly kind: 'canvas' }
  /** Bars beside each other's names; shares of the longest, 0 to 1. */
  | { readonly kind: 'bars'; readonly rows: readonly (LegendEntry & { readonly share: number })[] }
  | {
      readonly kind: 'cells';
      readonly rows: readonly { readonly short: string; readonly cells: readonly Cell[] }[];
      readonly columns: readonly string[];
      readonly legend: { readonly less: string; readonly more: string };
      /** Cells are wider than high. */
      readonly low: boolean;
    };

/** What has to be told of a chart that it can be saved as a picture. */
export interface PictureParts {
  readonly range: string;
  readonly body: PictureBody;
  readonly legend: readonly LegendEntry[];
  readonly isLines?: boolean;
  /** What the other marks in it mean. */
  readonly signs?: readonly string[];
}

export interface PictureSource extends PictureParts {
  readonly title: string;
  /** What was painted, where the body is a canvas. */
  readonly canvas: () => HTMLCanvasElement | null;
}

/** Charts of the screen that can be saved, in their order on it. */
export type PictureSources = Map<string, PictureSource>;
export const PictureContext = createContext<RefObject<PictureSources> | null>(null);

/** Offers a chart to whoever saves what the screen shows; null: it is not there to be seen. */
export function usePicture(source: PictureSource | null): void {
  const sources = useContext(PictureContext);
  const id = useId();
  useEffect(() => {
    const map = sources?.current;
    if (map === undefined || source === null) return undefined;
    map.set(id, source);
    return () => void map.delete(id);
  });
}
