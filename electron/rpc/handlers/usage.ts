import type { App } from '../../core/app.ts';
import { priceParts } from '../../core/usage/analysis/price-parts.ts';
import { cheapestTable, driftTable, pricesTable } from '../../core/usage/export/given-tables.ts';
import { savePicture } from '../../core/usage/export/saved-picture.ts';
import type { ExportTable } from '../../core/usage/export/table.ts';
import type { GivenView } from '../../core/usage/export/views.ts';
import { cheapest } from '../../core/usage/prices/cheapest.ts';
import { listViews, removeView, saveView } from '../../core/usage/saved-views.ts';
import type { Area } from '../caller.ts';
import type { UsageRecordHandlers } from './prices.ts';

export function usageHandlers(app: App): Omit<Area<'usage'>, keyof UsageRecordHandlers> {
  /** What every question needs beside itself. */
  const asked = () => ({ reportingZone: app.reportingZone(), nowMs: app.options.clock.now() });
  const offers = async (model: string | undefined) => {
    const used = await app.usageReader.query('modelUse', asked());
    const keys = new Map<string, string[]>();
    for (const { provider, ref, state } of app.credentials.list({})) {
      if (state === 'active') keys.set(provider, [...(keys.get(provider) ?? []), ref]);
    }
    return cheapest(app.prices.book, keys, used, asked().nowMs, model);
  };
  const given = async (view: GivenView): Promise<ExportTable> => {
    if (view.kind === 'cheapest') return cheapestTable(await offers(view.model));
    if (view.kind === 'drift') return driftTable(app.providerFigures.compared(view));
    return pricesTable(app.prices.list());
  };
  return {
    'usage.report': async (query) => {
      const { reportingZone: zone, nowMs } = asked();
      const report = await app.usageReader.query('report', { query, zone, nowMs });
      return { ...report, rows: [...report.rows], remarks: [...report.remarks] };
    },
    'usage.overview': (query) => app.usageReader.query('overview', { ...query, ...asked() }),
    'usage.breakdown': (query) => app.usageReader.query('breakdown', { ...query, ...asked() }),
    'usage.heatMap': (query) => app.usageReader.query('heatMap', { ...query, ...asked() }),
    'usage.requests': (query) => app.usageReader.query('requests', { ...query, ...asked() }),
    'usage.request': async ({ id }) => {
      const { record, atMs, related } = await app.usageReader.query('request', { id });
      return { record, price: priceParts(record, atMs, app.prices.book), related: [...related] };
    },
    'usage.beginExport': (wanted, link) => app.usageExports.begin(wanted, link, given),
    'usage.nextExport': ({ id }, { connection }) => app.usageExports.next(id, connection),
    'usage.cancelExport': ({ id }, { connection }) => {
      app.usageExports.cancel(id, connection);
      app.savedExports.discard(id, connection);
      return {};
    },
    'usage.saveExport': ({ id }, link) => app.savedExports.more(id, link),
    'usage.savePicture': ({ png }) => savePicture(png.join(''), { nowMs: app.options.clock.now(), env: process.env }),
    'usage.views': () => listViews(app.vault.opened()),
    'usage.saveView': (view, { actor }) => saveView(app.vault.opened(), app.options.clock, view, actor),
    'usage.removeView': ({ id }, { actor }) => {
      removeView(app.vault.opened(), app.options.clock, id, actor);
      return {};
    },
    'usage.forecast': (query) => app.usageReader.query('forecast', { ...query, ...asked() }),
    'usage.anomalies': (query) => app.usageReader.last('anomalies', { ...query, ...asked() }),
    'usage.cheapest': ({ model }) => offers(model),
  };
}
