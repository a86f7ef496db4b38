import type { Input } from '../shared/contract/methods.ts';
import type { USAGE_BY } from '../shared/usage.ts';
import { usage } from './fail.ts';
import { filterFrom, rangeFrom, type UsageOptions } from './usage-options.ts';

/** What the Usage screen shows beside calls and bars. */
export const EXPORT_VIEWS = [
  'totals',
  'calendar',
  'hours-of-week',
  'forecast',
  'anomalies',
  'cheapest',
  'prices',
] as const;

export interface ExportViewOptions extends UsageOptions {
  readonly by?: (typeof USAGE_BY)[number];
  readonly view?: (typeof EXPORT_VIEWS)[number];
}

type View = Input<'usage.beginExport'>['view'];

/** Which of the options each takes; another one is refused, not passed over. */
const TAKES: Readonly<Record<(typeof EXPORT_VIEWS)[number], readonly ('from' | 'to' | 'model' | 'filter')[]>> = {
  totals: ['from', 'to', 'filter'],
  calendar: ['to', 'filter'],
  'hours-of-week': ['to', 'filter'],
  forecast: ['from', 'to', 'filter'],
  anomalies: ['from', 'to', 'filter'],
  cheapest: ['model'],
  prices: [],
};
const FILTERS = ['provider', 'credential', 'client', 'project', 'model', 'outcome'] as const;

/** @throws AppError `invalid_input` for an option that the view does not take. */
export function exportViewOf(options: ExportViewOptions): View {
  const { by, view } = options;
  const range = rangeFrom(options);
  const filter = filterFrom(options);
  if (view === undefined) {
    return by === undefined ? { kind: 'requests', ...range, ...filter } : { kind: 'report', by, ...range, ...filter };
  }
  if (by !== undefined) throw usage('--by and --view are two exports.', 'Leave one of them out.');
  const takes = TAKES[view];
  const isTaken = (name: 'from' | 'to' | (typeof FILTERS)[number]): boolean =>
    takes.some((known) => known === name) || (takes.includes('filter') && name !== 'from' && name !== 'to');
  const wrong = (['from', 'to', ...FILTERS] as const).find((name) => options[name] !== undefined && !isTaken(name));
  if (wrong !== undefined) throw usage(`--view ${view} does not take --${wrong}.`, 'Leave it out.');
  switch (view) {
    case 'cheapest':
      return { kind: view, ...modelOf(options) };
    case 'prices':
      return { kind: view };
    case 'calendar':
    case 'hours-of-week':
      return { kind: view, ...(range.to === undefined ? {} : { to: range.to }), ...filter };
    case 'anomalies':
    case 'totals':
    case 'forecast':
      return { kind: view, ...range, ...filter };
  }
}

function modelOf({ model = [] }: ExportViewOptions): { model?: string } {
  if (model.length > 1) throw usage('Offers are compared of one model.', 'Name one, or none for all that were used.');
  return model[0] === undefined ? {} : { model: model[0] };
}
