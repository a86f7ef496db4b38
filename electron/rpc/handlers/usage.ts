import { AppError } from '../../../shared/errors.ts';
import type { App } from '../../core/app.ts';
import type { Area } from '../caller.ts';
import type { UsageRecordHandlers } from './prices.ts';

export function usageHandlers(app: App): Omit<Area<'usage'>, keyof UsageRecordHandlers> {
  return {
    'usage.report': async ({ by, from, to }) => {
      const zone = app.reportingZone();
      const report = await app.usageReader.query('report', { query: { by, from, to }, zone });
      return { ...report, rows: [...report.rows] };
    },
    'usage.overview': notYet,
    'usage.heatMap': notYet,
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
