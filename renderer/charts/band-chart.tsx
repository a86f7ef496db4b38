import { useCallback, useMemo, useState } from 'react';
import type { BandPoint } from './band-point.ts';
import styles from './charts.module.css';
import { paintBand, paintLine } from './painting.ts';
import type { PlotArea, PlotModel } from './plot.ts';
import { PlotCanvas } from './plot-canvas.tsx';
import { PointCursor } from './point-cursor.tsx';

interface Props {
  readonly label: string;
  readonly points: readonly BandPoint[];
  /** A line that must not be passed; null: there is none. */
  readonly limit: number | null;
  readonly formatMark: (value: number, step: number) => string;
  /** What is said at a point, in the tip and to readers. */
  readonly said: (point: BandPoint) => string;
  readonly room: number;
  readonly height: number;
}

const NO_AREA: PlotArea = { left: 0, top: 0, width: 0, height: 0 };

/** What was, as a line; what may come, as a line in a band. */
export function BandChart({ label, points, limit, formatMark, said, room, height }: Props) {
  const [area, setArea] = useState(NO_AREA);
  const model = useMemo((): PlotModel => {
    const most = points.flatMap(({ actual, band, ideal }) => [actual ?? 0, band?.high ?? 0, ideal ?? 0]);
    return {
      slots: points.length,
      max: Math.max(...most, limit ?? 0, 0),
      slotName: (at) => points[at]?.name ?? '',
      markName: formatMark,
      room,
      paint: (brush) => {
        paintBand(
          brush,
          points.map(({ band }) => band),
          '--chart-1',
        );
        if (limit !== null) {
          paintLine(brush, { values: points.map(() => limit), token: '--color-bad', dash: [6, 4] });
          paintLine(brush, { values: points.map(({ ideal }) => ideal), token: '--chart-other', dash: [2, 3] });
        }
        const middle = points.map(({ band }) => band?.middle ?? null);
        paintLine(brush, { values: middle, token: '--chart-1', dash: [4, 4], width: 2 });
        paintLine(brush, { values: points.map(({ actual }) => actual), token: '--chart-1', width: 2.25 });
      },
    };
  }, [points, limit, formatMark, room]);
  const onArea = useCallback(
    (next: PlotArea) => setArea((now) => (JSON.stringify(now) === JSON.stringify(next) ? now : next)),
    [],
  );
  const sayAt = (at: number): string => {
    const point = points[at];
    return point === undefined ? '' : said(point);
  };
  return (
    <div className={styles.chart}>
      <PlotCanvas model={model} height={height} onArea={onArea} />
      {points.length > 0 && area.width > 0 && (
        <PointCursor
          area={area}
          slots={points.length}
          levels={0}
          label={label}
          spoken={({ at }) => sayAt(at)}
          tip={({ at }) => <p>{sayAt(at)}</p>}
        />
      )}
    </div>
  );
}
