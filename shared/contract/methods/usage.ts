import { z } from 'zod';
import { BOTH, method, nothing, UNLOCKED, WINDOW } from '../method.ts';
import {
  breakdownQuery,
  pictureSaved,
  pictureToSave,
  savedView,
  savedViews,
  usageBreakdown,
  viewToRemove,
  viewToSave,
} from '../usage-explore.ts';
import { invoiceInput, reconcileInput, reconcileReport } from '../usage-figures.ts';
import { anomaliesQuery, forecastQuery, usageAnomalies, usageForecast } from '../usage-forecast.ts';
import { importInput, importReport } from '../usage-imports.ts';
import {
  cheapestQuery,
  exportBegin,
  exportBegun,
  exportId,
  exportPiece,
  exportSaved,
  requestsQuery,
  usageCheapest,
  usageRequest,
  usageRequests,
} from '../usage-records.ts';
import { heatMapQuery, overviewQuery, usageHeatMap, usageOverview, usageQuery, usageReport } from '../usage.ts';

/** What was metered: sums, single calls, and figures from elsewhere. */
export const usageMethods = {
  /** Sums of what was metered, the last second included. */
  'usage.report': method({ callers: BOTH, states: UNLOCKED, input: usageQuery, output: usageReport }),
  /** A range in bars, stacked by one dimension, with totals and the period before. */
  'usage.overview': method({ callers: BOTH, states: UNLOCKED, input: overviewQuery, output: usageOverview }),
  /** The same by any figure, and by two dimensions at once. */
  'usage.breakdown': method({ callers: BOTH, states: UNLOCKED, input: breakdownQuery, output: usageBreakdown }),
  'usage.heatMap': method({ callers: BOTH, states: UNLOCKED, input: heatMapQuery, output: usageHeatMap }),
  'usage.forecast': method({ callers: BOTH, states: UNLOCKED, input: forecastQuery, output: usageForecast }),
  'usage.anomalies': method({ callers: BOTH, states: UNLOCKED, input: anomaliesQuery, output: usageAnomalies }),
  /** Single calls, page by page. */
  'usage.requests': method({ callers: BOTH, states: UNLOCKED, input: requestsQuery, output: usageRequests }),
  /** @throws `not_found` where the call is not kept any more. */
  'usage.request': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({ id: z.int() }),
    output: usageRequest,
  }),
  /** Where the same model costs least, among the providers that the owner has keys of. */
  'usage.cheapest': method({ callers: BOTH, states: UNLOCKED, input: cheapestQuery, output: usageCheapest }),
  'usage.beginExport': method({ callers: BOTH, states: UNLOCKED, input: exportBegin, output: exportBegun }),
  'usage.nextExport': method({ callers: BOTH, states: UNLOCKED, input: exportId, output: exportPiece }),
  /** Writes an export on into its file; asked again until it is done. Cancelled, nothing of it stays. */
  'usage.saveExport': method({ callers: WINDOW, states: UNLOCKED, input: exportId, output: exportSaved }),
  'usage.cancelExport': method({ callers: BOTH, states: UNLOCKED, input: exportId, output: nothing }),
  /** A picture of what is shown, into the folder for downloads. The name is ours. */
  'usage.savePicture': method({ callers: WINDOW, states: UNLOCKED, input: pictureToSave, output: pictureSaved }),
  /** Questions that the owner named. */
  'usage.views': method({ callers: WINDOW, states: UNLOCKED, input: nothing, output: savedViews }),
  /** @throws `not_found`, `conflict` for a name that is taken, `invalid_input` where there are too many. */
  'usage.saveView': method({ callers: WINDOW, states: UNLOCKED, input: viewToSave, output: savedView }),
  'usage.removeView': method({ callers: WINDOW, states: UNLOCKED, input: viewToRemove, output: nothing }),
  /** Takes over calls that tools and providers noted; each once, however often it is imported. */
  'usage.import': method({ callers: BOTH, states: UNLOCKED, input: importInput, output: importReport }),
  /** Asks the provider for its own figures with a key that may, and puts them beside ours. */
  'usage.reconcile': method({ callers: BOTH, states: UNLOCKED, input: reconcileInput, output: reconcileReport }),
  /** The same with a total that the owner read elsewhere. Asks nobody. */
  'usage.compareInvoice': method({
    callers: BOTH,
    states: UNLOCKED,
    input: invoiceInput,
    output: reconcileReport,
  }),
} as const;
