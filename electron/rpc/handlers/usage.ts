import type { App } from '../../core/app.ts';
import type { Area } from '../caller.ts';

export function usageHandlers({ usage }: App): Area<'usage'> {
  return {
    'usage.report': ({ by, from, to }) => {
      const report = usage.report({ by, from, to });
      return { ...report, rows: [...report.rows] };
    },
  };
}
