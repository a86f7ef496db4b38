import { AppError } from '../../../shared/errors.ts';
import type { App } from '../../core/app.ts';
import type { Area } from '../caller.ts';
import type { UsageRecordHandlers } from './prices.ts';

export function usageHandlers(app: App): Omit<Area<'usage'>, keyof UsageRecordHandlers> {
  /** What every question needs beside itself. */
  const asked = () => ({ reportingZone: app.reportingZone(), nowMs: app.options.clock.now() });
  return {
    'usage.report': async (query) => {
      const { reportingZone: zone, nowMs } = asked();
      const report = await app.usageReader.query('report', { query, zone, nowMs });
      return { ...report, rows: [...report.rows], remarks: [...report.remarks] };
    },
    'usage.overview': (query) => app.usageReader.query('overview', { ...query, ...asked() }),
    'usage.heatMap': (query) => app.usageReader.query('heatMap', { ...query, ...asked() }),
    'usage.forecast': notYet,
    'usage.anomalies': notYet,
    'usage.requests': notYet,
    'usage.request': notYet,
    'usage.cheapest': notYet,
    'usage.beginExport': notYet,
    'usage.nextExport': notYet,
    'usage.cancelExport': notYet,
  };
}

function notYet(): never {
  throw new AppError('unsupported', 'This view of usage is not there yet.', 'See "keyharbor usage".');
}
