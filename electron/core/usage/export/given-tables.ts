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
  const named = (whose: string) =>
    TOLD_NAMES.map((name) => int(`${whose}${name.charAt(0).toUpperCase()}${name.slice(1)}`));
  return table(
    [
      ...['of', 'provider', 'day', 'model'].map(text),
      ...[...named('their'), ...named('our')],
      ...[number('driftPercent'), text('driftOf'), text('reasons')],
    ],
    [...days.map((one) => row('day', one)), ...models.map((one) => row('model', one)), row('total', total)],
  );
}

/** A row for each price and each time since which it holds. */
export function pricesTable({ prices }: PriceList): ExportTable {
  const rows = prices.flatMap((entry): readonly ExportRow[] => {
    const what = [entry.provider, entry.model, entry.per, entry.source];
    if (entry.per !== 'tokens') {
      return entry.prices.map(({ from, price }, at): ExportRow => {
        return [...what, from, Number(at === entry.today), price, null, null, null, null, null, null, null];
      });
    }
    return entry.prices.map(
      (one, at): ExportRow => [
        ...[...what, one.from, Number(at === entry.today), one.input, one.output],
        ...[one.cacheRead, one.cacheWrite, one.cacheWriteLong],
        ...[one.longPrompt?.overTokens ?? null, one.longPrompt?.input ?? null, one.longPrompt?.output ?? null],
      ],
    );
  });
  return table(
    [
      ...['provider', 'model', 'per', 'source', 'from'].map(text),
      ...['holdsToday', 'input', 'output', 'cacheRead', 'cacheWrite', 'cacheWriteLong'].map(int),
      ...['longPromptOver', 'longPromptInput', 'longPromptOutput'].map(int),
    ],
    rows,
  );
}
