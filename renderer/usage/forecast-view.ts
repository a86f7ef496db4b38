import { dayInWords } from '../../shared/moment-words.ts';
import type { UsageForecast } from '../../shared/contract/usage-forecast.ts';
import type { CostCertainty } from '../../shared/usage-words.ts';
import type { BandPoint } from '../charts/band-point.ts';
import { m } from '../i18n/messages.ts';
import type { Metric } from '../state/usage-route.ts';
import { costText, metricText } from './figures.ts';
import { dayName } from './moments.ts';

const t = m.usage.forecast;

export const bandPoints = (points: UsageForecast['points']): BandPoint[] =>
  points.map(({ day, ideal, actual, projected }) => {
    return { key: day, name: dayName(day), title: dayInWords(day), ideal, actual, band: projected };
  });

/** A point in words, in the tip and to readers. @param certainty - how far what was counted is known. */
export function sayPoint(
  metric: Metric,
  { title, actual, ideal, band }: BandPoint,
  certainty: CostCertainty = 'known',
): string {
  const text = (value: number): string => metricText(metric, value);
  const said =
    actual !== null
      ? t.saidActual(title, costText(text(actual), certainty))
      : band === null
        ? t.saidNone(title)
        : t.saidBand(title, { low: text(band.low), middle: text(band.middle), high: text(band.high) });
  return ideal === null ? said : t.saidEvenly(said, text(ideal));
}
