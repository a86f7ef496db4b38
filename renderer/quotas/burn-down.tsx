import { useMemo, useState } from 'react';
import type { QuotaStatus } from '../../shared/contract/quotas.ts';
import type { UsageForecast } from '../../shared/contract/usage-forecast.ts';
import { BandChart } from '../charts/band-chart.tsx';
import type { BandPoint } from '../charts/band-point.ts';
import { BandLegend } from '../charts/band-legend.tsx';
import { ChartFrame } from '../charts/chart-frame.tsx';
import { DataTable } from '../charts/data-table.tsx';
import { formatDay } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import { amountWords } from './quota-words.ts';
import { useForecast } from './use-forecast.ts';

const HEIGHT_PX = 240;
/** For the figures beside the picture. */
const ROOM_PX = 72;

/** How the limit of this period is used up: evenly, as it was, and as it is likely to go on. */
export function BurnDown({ quota }: { readonly quota: QuotaStatus }) {
  const forecast = useForecast(quota);
  if (forecast === null || forecast.points.length < 2) return null;
  return <Picture quota={quota} forecast={forecast} />;
}

interface Props {
  readonly quota: QuotaStatus;
  readonly forecast: UsageForecast;
}

function Picture({ quota, forecast }: Props) {
  const [asTable, setAsTable] = useState(false);
  const { counts } = quota.definition;
  const limit = quota.available - quota.kept;
  const amount = useMemo(() => (of: number) => amountWords(counts, of), [counts]);
  const points = useMemo(() => forecast.points.map((point) => toBandPoint(point)), [forecast]);
  return (
    <ChartFrame
      title={m.quotas.burnDown}
      summary={forecast.sentence}
      asTable={asTable}
      onAsTable={setAsTable}
      table={() => (
        <DataTable
          caption={m.quotas.burnDown}
          rows={points}
          rowKey={({ key }) => key}
          columns={[
            { key: 'day', title: m.quotas.burnDay, cell: ({ title }) => title },
            { key: 'actual', title: m.quotas.actual, figure: true, cell: ({ actual }) => orNone(actual, amount) },
            { key: 'ideal', title: m.quotas.ideal, figure: true, cell: ({ ideal }) => orNone(ideal, amount) },
            {
              key: 'band',
              title: m.quotas.projected,
              figure: true,
              cell: ({ band }) =>
                band === null ? m.quotas.noFigure : m.quotas.burnRange(amount(band.low), amount(band.high)),
            },
          ]}
        />
      )}
    >
      <BandChart
        label={m.quotas.burnDown}
        points={points}
        limit={limit}
        formatMark={amount}
        said={(point) => sayPoint(point, amount)}
        room={ROOM_PX}
        height={HEIGHT_PX}
      />
      <BandLegend
        actual={m.quotas.actual}
        ideal={m.quotas.ideal}
        projected={points.some(({ band }) => band !== null) ? m.quotas.projected : null}
        limit={m.quotas.limitLine(amount(limit))}
      />
    </ChartFrame>
  );
}

function toBandPoint({ day, actual, ideal, projected }: UsageForecast['points'][number]): BandPoint {
  return { key: day, name: String(Number(day.slice(8))), title: formatDay(day), actual, ideal, band: projected };
}

const orNone = (value: number | null, amount: (of: number) => string): string =>
  value === null ? m.quotas.noFigure : amount(value);

function sayPoint({ title, actual, ideal, band }: BandPoint, amount: (of: number) => string): string {
  const parts = [
    ...(actual === null ? [] : [m.quotas.burnUsed(amount(actual))]),
    ...(actual === null && band !== null ? [m.quotas.burnBand(amount(band.low), amount(band.high))] : []),
    ...(ideal === null ? [] : [m.quotas.burnIdeal(amount(ideal))]),
  ];
  return `${title}: ${parts.join(', ')}`;
}
