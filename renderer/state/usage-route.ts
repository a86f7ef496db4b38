import { PROVIDER_ID_PATTERN } from '../../shared/reference.ts';
import { USAGE_FIGURES, type UsageFigure, VIEW_PICTURES } from '../../shared/usage-words.ts';

/** What the Usage screen shows. All its tabs share range, grouping and filters. */
export const USAGE_TABS = ['overview', 'explore', 'calendar', 'requests', 'prices', 'sources'] as const;
export type UsageTab = (typeof USAGE_TABS)[number];

export const RANGES = [
  'today',
  '24h',
  '7d',
  '14d',
  '30d',
  '90d',
  'this-month',
  'last-month',
  'this-year',
  '365d',
  'all',
  'custom',
] as const;
export type Range = (typeof RANGES)[number];

export const GROUPINGS = ['provider', 'model', 'client', 'credential', 'project'] as const;
export type Grouping = (typeof GROUPINGS)[number];
export const BUCKETS = ['auto', 'hour', 'day', 'week', 'month'] as const;
export type BucketChoice = (typeof BUCKETS)[number];
export const METRICS = ['spend', 'tokens', 'requests'] as const;
export type Metric = (typeof METRICS)[number];

/** What can be narrowed to: each by one name. */
export const FILTER_DIMENSIONS = [...GROUPINGS, 'outcome'] as const;
export type FilterDimension = (typeof FILTER_DIMENSIONS)[number];
/**
 * Names by dimension. A provider's id and an outcome stand there as they are; of every other name only its mark
 * (name-marks.ts), because the address outlives a lock and holds no label, folder or client's name.
 */
export type RouteFilter = Readonly<Partial<Record<FilterDimension, string>>>;

/** How many series Explore shows. A chart tells so many apart as it has colours with patterns; a ranking needs none. */
export const TOPS = [3, 5, 8, 12, 16, 50] as const;
export type Top = (typeof TOPS)[number];
export const TOP_OF_CHARTS = 16;
export type Picture = (typeof VIEW_PICTURES)[number];

/** What Explore is built from, beside range, grouping and filters, which all tabs share. */
export interface ExploreRoute {
  readonly figure: UsageFigure;
  /** Each name is divided by these once more. */
  readonly then: FilterDimension | null;
  readonly top: Top;
  readonly picture: Picture;
  /** The saved view that was opened. */
  readonly saved: string | null;
}

export interface UsageRoute {
  readonly tab: UsageTab;
  readonly range: Range;
  /** Of a custom range: days, or times of whole hours. */
  readonly from: string | null;
  readonly to: string | null;
  readonly by: Grouping;
  readonly bucket: BucketChoice;
  readonly metric: Metric;
  readonly cumulative: boolean;
  readonly compare: boolean;
  readonly table: boolean;
  readonly filter: RouteFilter;
  readonly explore: ExploreRoute;
}

export const USAGE_HOME: UsageRoute = {
  tab: 'overview',
  range: '30d',
  from: null,
  to: null,
  by: 'provider',
  bucket: 'auto',
  metric: 'spend',
  cumulative: false,
  compare: true,
  table: false,
  filter: {},
  explore: { figure: 'spend', then: null, top: 8, picture: 'stacked', saved: null },
};

const MOMENT = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?Z)?$/;
const MARK = /^[0-9a-f]{13}$/;
const VIEW_ID = /^[0-9a-f]{16}$/;
const OUTCOME = /^[a-z_]{1,24}$/;
const patternOf = (dimension: FilterDimension): RegExp =>
  dimension === 'provider' ? PROVIDER_ID_PATTERN : dimension === 'outcome' ? OUTCOME : MARK;

const oneOf = <T extends string>(allowed: readonly T[], given: string | null): T | null =>
  allowed.find((word) => word === given) ?? null;

function moment(given: string | null): string | null {
  return given !== null && MOMENT.test(given) && !Number.isNaN(Date.parse(given)) ? given : null;
}

/** Anything that is not known is left out, as in parseRoute. */
export function parseUsage(params: URLSearchParams): UsageRoute {
  const from = moment(params.get('from'));
  const to = moment(params.get('to'));
  const range = oneOf(RANGES, params.get('range')) ?? USAGE_HOME.range;
  const isCustom = range === 'custom' && from !== null && to !== null && from <= to;
  const filter: Partial<Record<FilterDimension, string>> = {};
  for (const dimension of FILTER_DIMENSIONS) {
    const name = params.get(`in-${dimension}`);
    if (name !== null && patternOf(dimension).test(name)) filter[dimension] = name;
  }
  return {
    tab: oneOf(USAGE_TABS, params.get('tab')) ?? USAGE_HOME.tab,
    range: range === 'custom' && !isCustom ? USAGE_HOME.range : range,
    from: isCustom ? from : null,
    to: isCustom ? to : null,
    by: oneOf(GROUPINGS, params.get('by')) ?? USAGE_HOME.by,
    bucket: oneOf(BUCKETS, params.get('bucket')) ?? USAGE_HOME.bucket,
    metric: oneOf(METRICS, params.get('metric')) ?? USAGE_HOME.metric,
    cumulative: params.get('sum') === '1',
    compare: params.get('compare') !== '0',
    table: params.get('table') === '1',
    filter,
    explore: parseExplore(params),
  };
}

function parseExplore(params: URLSearchParams): ExploreRoute {
  const { explore } = USAGE_HOME;
  const saved = params.get('saved');
  return {
    figure: oneOf(USAGE_FIGURES, params.get('of')) ?? explore.figure,
    then: oneOf(FILTER_DIMENSIONS, params.get('then')),
    top: TOPS.find((top) => String(top) === params.get('top')) ?? explore.top,
    picture: oneOf(VIEW_PICTURES, params.get('as')) ?? explore.picture,
    saved: saved !== null && VIEW_ID.test(saved) ? saved : null,
  };
}

export function writeUsage(route: UsageRoute, params: URLSearchParams): void {
  for (const key of ['tab', 'range', 'from', 'to', 'by', 'bucket', 'metric'] as const) {
    const value = route[key];
    if (value !== null && value !== USAGE_HOME[key]) params.set(key, value);
  }
  if (route.cumulative) params.set('sum', '1');
  if (!route.compare) params.set('compare', '0');
  if (route.table) params.set('table', '1');
  writeExplore(route.explore, params);
  for (const dimension of FILTER_DIMENSIONS) {
    const name = route.filter[dimension];
    if (name !== undefined) params.set(`in-${dimension}`, name);
  }
}

function writeExplore({ figure, then, top, picture, saved }: ExploreRoute, params: URLSearchParams): void {
  const { explore } = USAGE_HOME;
  if (figure !== explore.figure) params.set('of', figure);
  if (then !== null) params.set('then', then);
  if (top !== explore.top) params.set('top', String(top));
  if (picture !== explore.picture) params.set('as', picture);
  if (saved !== null) params.set('saved', saved);
}
