import type { PriceList } from '../../../../shared/contract/prices.ts';
import type { ProviderFigures, ReconcileReport, ReconcileRow } from '../../../../shared/contract/usage-figures.ts';
import type { UsageCheapest } from '../../../../shared/contract/usage-records.ts';
import type { ExportRow } from './format.ts';
import { type ExportTable, int, number, table, text } from './table.ts';

/** A row for each offer; those of one model together, the cheapest first. */
export function cheapestTable({ models }: UsageCheapest): ExportTable {
  const rows = models.flatMap(({ model, mix, promptTokens, offers, savesMicroUsd }) =>
    offers.map(
      (offer): ExportRow => [
        ...[model, offer.provider, offer.model, offer.credentials.join(' ')],
        ...[offer.microUsdPerMillion, Number(offer.longPrompt), offer.requests, offer.knownCostMicroUsd, savesMicroUsd],
        ...[Number(mix.measured), mix.input, mix.cacheRead, mix.cacheWrite, mix.output, promptTokens],
      ],
    ),
  );
  return table(
    [
      ...['model', 'provider', 'called', 'credentials'].map(text),
      ...['microUsdPerMillion', 'longPrompt', 'requests', 'knownCostMicroUsd', 'modelSavesMicroUsd'].map(int),
      ...['mixMeasured', 'mixInput', 'mixCacheRead', 'mixCacheWrite', 'mixOutput', 'promptTokens'].map(int),
    ],
    rows,
  );
}

const TOLD_NAMES = [
  'requests',
  'inputTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'outputTokens',
  'costMicroUsd',
] as const satisfies readonly (keyof ProviderFigures)[];

/** The provider's figures beside ours: days, then models of the whole period, then all of it. */
export function driftTable({ provider, total, days, models }: ReconcileReport): ExportTable {
  const row = (of: string, { day, model, theirs, ours, driftPercent, driftOf, reasons }: ReconcileRow): ExportRow => [
    ...[of, provider, day, model],
    ...TOLD_NAMES.map((name) => theirs[name]),
    ...TOLD_NAMES.map((name) => ours[name]),
    ...[driftPercent, driftOf, reasons.join(' ')],
  ];
  const named = (whose: string) => TOLD_NAMES.map((name) => int(`${whose}${titled(name)}`));
  return table(
    [
      ...['of', 'provider', 'day', 'model'].map(text),
      ...[...named('their'), ...named('our')],
      ...[number('driftPercent'), text('driftOf'), text('reasons')],
    ],
    [...days.map((one) => row('day', one)), ...models.map((one) => row('model', one)), row('total', total)],
  );
}

const PRICE_NAMES = ['input', 'output', 'cacheRead', 'cacheWrite', 'cacheWriteLong'] as const;
const titled = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1)}`;

/** A row for each price and each time since which it holds; of a unit other than tokens `input` is its price. */
export function pricesTable({ prices }: PriceList): ExportTable {
  const columns = [
    ...['provider', 'model', 'per', 'source', 'from'].map(text),
    ...['holdsToday', ...PRICE_NAMES, 'longPromptOver'].map(int),
    ...['longPrompt', 'peak'].flatMap((tier) => PRICE_NAMES.map((name) => int(`${tier}${titled(name)}`))),
  ];
  const rows = prices.flatMap((entry): readonly ExportRow[] => {
    const what = [entry.provider, entry.model, entry.per, entry.source];
    if (entry.per !== 'tokens') {
      return entry.prices.map(({ from, price }, at): ExportRow => {
        const told = [...what, from, Number(at === entry.today), price];
        return [...told, ...columns.slice(told.length).map(() => null)];
      });
    }
    return entry.prices.map(
      (one, at): ExportRow => [
        ...[...what, one.from, Number(at === entry.today)],
        ...PRICE_NAMES.map((name) => one[name]),
        one.longPrompt?.overTokens ?? null,
        ...[one.longPrompt, one.peak].flatMap((tier) => PRICE_NAMES.map((name) => tier?.[name] ?? null)),
      ],
    );
  });
  return table(columns, rows);
}
