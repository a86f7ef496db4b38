import { AppError } from '../../../shared/errors.ts';
import type { App } from '../../core/app.ts';
import type { Area } from '../caller.ts';

export function usageHandlers({ usage }: App): Area<'usage'> {
  return {
    'usage.report': ({ by, from, to }) => {
      const report = usage.report({ by, from, to });
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
