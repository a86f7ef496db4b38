import { useCallback, useMemo, useState } from 'react';
import type { CostCertainty } from '../../shared/usage-words.ts';
import { m } from '../i18n/messages.ts';
import styles from './charts.module.css';
import { paintAreas, paintBars, paintLine, paintLines, paintMark, paintTargets, paintUncollected } from './painting.ts';
import type { PlotArea, PlotModel } from './plot.ts';
import { PlotCanvas } from './plot-canvas.tsx';
import type { Point } from './key-move.ts';
import { PointCursor } from './point-cursor.tsx';
import { type ChartSeries, type ChartSlot, totalsOf } from './stack.ts';
import { Swatch } from './swatch.tsx';

export type ChartKind = 'bars' | 'areas' | 'lines';

type Format = (value: number, certainty?: CostCertainty) => string;

interface Props {
  readonly label: string;
  readonly slots: readonly ChartSlot[];
  /** From the ground up; in areas the values are running sums already. Lines are not stacked. */
  readonly series: readonly ChartSeries[];
  readonly kind: ChartKind;
  /** Of each slot, where not all that it is made of is drawn. */
  readonly totals?: readonly number[];
  /** How far each total is known, and each value of the period before; left out: all are. */
  readonly certainty?: readonly CostCertainty[] | undefined;
  readonly certaintyBefore?: readonly CostCertainty[] | undefined;
  /** The same slots of the period before, as a line; null: not compared. */
  readonly before: readonly (number | null)[] | null;
  /** So many slots at the beginning lie before anything was collected. */
  readonly uncollected: number;
  readonly lit: string | null;
  readonly onLit?: (key: string | null) => void;
  /** Says how far the value is known. */
  readonly format: Format;
  readonly formatMark: (value: number, step: number) => string;
  /** CSS pixels that the longest slot name needs. */
  readonly room: number;
  readonly height: number;
  /** @param key - of the series that was walked to; null: all of the slot. */
  readonly onPick?: (at: number, key: string | null) => void;
}

const NO_AREA: PlotArea = { left: 0, top: 0, width: 0, height: 0 };
const TIP_SERIES = 9;

/** Stacked bars, areas of running sums, or a line for each series. */
export function StackedChart({ totals: given, ...props }: Props) {
  const { label, slots, series, kind, before, uncollected, lit, onLit, format, formatMark, room, height, onPick } =
    props;
  const { certainty, certaintyBefore } = props;
  const [area, setArea] = useState(NO_AREA);
  const totals = useMemo(() => given ?? totalsOf(series, slots.length), [given, series, slots.length]);
  const model = useMemo((): PlotModel => {
    const count = slots.length;
    return {
      slots: count,
      max: Math.max(
        ...(kind === 'lines' ? series.flatMap(({ values }) => values) : totals),
        ...(before ?? []).map((value) => value ?? 0),
        0,
      ),
      slotName: (at) => slots[at]?.name ?? '',
      markName: formatMark,
      room,
      paint: (brush) => {
        paintUncollected(brush, uncollected);
        if (kind === 'bars') paintBars(brush, { slots: count, series, lit });
        else if (kind === 'lines') paintLines(brush, { slots: count, series, lit }, uncollected);
        else paintAreas(brush, { slots: count, series, lit });
        if (before !== null && kind === 'bars') paintTargets(brush, before);
        if (before !== null && kind === 'areas') {
          paintLine(brush, { values: before, token: '--color-text', dash: [4, 3] });
        }
        for (const [at, { notes }] of slots.entries()) if (notes.length > 0) paintMark(brush, at, totals[at] ?? 0);
      },
    };
  }, [slots, series, kind, before, uncollected, lit, formatMark, room, totals]);
  const onArea = useCallback(
    (next: PlotArea) => setArea((now) => (JSON.stringify(now) === JSON.stringify(next) ? now : next)),
    [],
  );
  const spoken = ({ at, level }: Point): string => {
    const slot = slots[at];
    if (slot === undefined) return '';
    const one = level === null ? undefined : series[level];
    if (one !== undefined) return m.charts.point(slot.title, one.label, valueText(one, at, format));
    const parts = series
      .filter((part) => isThere(part, at))
      .slice(0, 3)
      .map((part) => `${part.label} ${valueText(part, at, format)}`);
    return m.charts.slot(slot.title, format(totals[at] ?? 0, certainty?.[at]), parts, slot.notes);
  };
  return (
    <div className={styles.chart}>
      <PlotCanvas model={model} height={height} onArea={onArea} />
      {slots.length > 0 && area.width > 0 && (
        <PointCursor
          area={area}
          slots={slots.length}
          levels={series.length}
          label={label}
          spoken={spoken}
          onPick={
            onPick === undefined
              ? undefined
              : ({ at, level }) => onPick(at, level === null ? null : (series[level]?.key ?? null))
          }
          onPoint={(point) => onLit?.(point?.level == null ? null : (series[point.level]?.key ?? null))}
          tip={({ at, level }) => (
            <Tip
              slot={slots[at]}
              at={at}
              level={level}
              series={series}
              isLines={kind === 'lines'}
              total={format(totals[at] ?? 0, certainty?.[at])}
              before={before?.[at] == null ? null : format(before[at], certaintyBefore?.[at])}
              isEmpty={(totals[at] ?? 0) === 0 && certainty?.[at] !== 'unknown'}
              isUncollected={at < uncollected}
              format={format}
              pickable={onPick !== undefined}
            />
          )}
        />
      )}
      <Legend
        kind={kind}
        hasBefore={before !== null}
        isPartial={uncollected > 0}
        isMarked={slots.some(({ notes }) => notes.length > 0)}
      />
    </div>
  );
}

interface LegendProps {
  readonly kind: Props['kind'];
  readonly hasBefore: boolean;
  readonly isPartial: boolean;
  readonly isMarked: boolean;
}

/** Signs that stand in the chart beside the series; the series are named in the ranking. */
function Legend({ kind, hasBefore, isPartial, isMarked }: LegendProps) {
  if (!hasBefore && !isPartial && !isMarked) return null;
  return (
    <ul aria-hidden className={styles.signs}>
      {hasBefore && (
        <li>
          <span className={kind === 'bars' ? styles.signline : styles.signdash} />
          {m.charts.before}
        </li>
      )}
      {isMarked && (
        <li>
          <span className={styles.signmark} />
          {m.charts.marked}
        </li>
      )}
      {isPartial && (
        <li>
          <span className={styles.signhatch} />
          {m.charts.hatched}
        </li>
      )}
    </ul>
  );
}

interface TipProps {
  readonly slot: ChartSlot | undefined;
  readonly at: number;
  readonly level: number | null;
  readonly series: readonly ChartSeries[];
  readonly isLines: boolean;
  readonly total: string;
  readonly before: string | null;
  readonly isEmpty: boolean;
  readonly isUncollected: boolean;
  readonly format: Format;
  readonly pickable: boolean;
}

/** A value of nothing is told only where it is not known to be nothing. */
const isThere = ({ values, certainty }: ChartSeries, at: number): boolean =>
  (values[at] ?? 0) > 0 || certainty?.[at] === 'unknown';
const valueText = ({ values, certainty }: ChartSeries, at: number, format: Format): string =>
  format(values[at] ?? 0, certainty?.[at]);

function Tip({ slot, at, level, series, isLines, total, before, isEmpty, isUncollected, format, pickable }: TipProps) {
  if (slot === undefined) return null;
  const rows = series
    .map((one, place) => ({ one, place, value: one.values[at] ?? 0 }))
    .filter(({ one, place }) => isThere(one, at) || place === level);
  // As they lie above each other.
  const listed = isLines ? rows.toSorted((a, b) => b.value - a.value) : rows.toReversed();
  return (
    <>
      <p className={styles.tiphead}>
        <span>{slot.title}</span>
        <strong>{isUncollected ? m.charts.notCollected : total}</strong>
      </p>
      {listed.length > 0 && (
        <ul className={styles.tiprows}>
          {(isLines ? listed.slice(0, TIP_SERIES) : listed.slice(-TIP_SERIES)).map(({ one, place }) => (
            <li key={one.key} data-on={place === level ? '' : undefined}>
              <Swatch color={one.color} line={isLines} />
              <span>{one.label}</span>
              <span>{valueText(one, at, format)}</span>
            </li>
          ))}
        </ul>
      )}
      {before !== null && (
        <p className={styles.tipline}>
          <span>{m.charts.before}</span>
          <span>{before}</span>
        </p>
      )}
      {slot.notes.map((note) => (
        <p key={note} className={styles.tipnote}>
          {note}
        </p>
      ))}
      {pickable && !isEmpty && (
        <p className={styles.tiphint}>{level === null ? m.charts.pickHint : m.charts.pickOneHint}</p>
      )}
    </>
  );
}
