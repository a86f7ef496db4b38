import type { ExploredView, UsageBreakdown } from '../../shared/contract/usage-explore.ts';
import type { UsageFilter } from '../../shared/contract/usage.ts';
import type { UsageDimension } from '../../shared/usage.ts';
import {
  FILTER_DIMENSIONS,
  type FilterDimension,
  GROUPINGS,
  RANGES,
  type RouteFilter,
  TOP_OF_CHARTS,
  TOPS,
  USAGE_HOME,
  type UsageRoute,
} from '../state/usage-route.ts';
import { type NamedBars, OTHER } from './overview-view.ts';
import { spanOf } from './ranges.ts';
import { routeName } from './use-filter.ts';

/** Between two names of a series; names have no such sign. */
const AND = '\u0001';

/** What Explore shows, as it can be kept. */
export function viewOfRoute(route: UsageRoute, filter: UsageFilter | undefined): ExploredView {
  const { figure, then, top, picture } = route.explore;
  const span = route.range === 'all' ? { from: 'all' } : spanOf(route, null);
  return {
    figure,
    by: route.by,
    then: then === route.by ? null : then,
    bucket: route.bucket,
    top: picture === 'ranking' ? top : Math.min(top, TOP_OF_CHARTS),
    picture,
    from: span?.from ?? '30d',
    to: span?.to ?? null,
    filter: filter ?? {},
  };
}

/** What of the address a view sets. A part that this window has no control for is left as it is usual. */
export function routeOfView(view: ExploredView, saved: string | null): Partial<UsageRoute> {
  const { figure, then, picture, from, to } = view;
  const range = RANGES.find((word) => word === from && (to === null || to === from));
  const isCustom = range === undefined && to !== null;
  const filter: Partial<Record<FilterDimension, string>> = {};
  for (const dimension of FILTER_DIMENSIONS) {
    const name = view.filter[dimension]?.[0];
    if (name !== undefined) filter[dimension] = routeName(dimension, name);
  }
  return {
    tab: 'explore',
    range: isCustom ? 'custom' : (range ?? USAGE_HOME.range),
    from: isCustom ? from : null,
    to: isCustom ? to : null,
    by: GROUPINGS.find((one) => one === view.by) ?? USAGE_HOME.by,
    bucket: view.bucket,
    filter: filter satisfies RouteFilter,
    explore: {
      figure,
      then: FILTER_DIMENSIONS.find((one) => one === then) ?? null,
      top: TOPS.find((one) => one === view.top) ?? USAGE_HOME.explore.top,
      picture,
      saved,
    },
  };
}

interface ViewQuestion extends Pick<ExploredView, 'figure' | 'by' | 'bucket' | 'top' | 'from'> {
  readonly to?: string;
  readonly then?: UsageDimension;
  readonly filter?: UsageFilter;
}

/** What the core is asked for it. */
export function questionOf({ to, then, picture: _, filter, ...view }: ExploredView): ViewQuestion {
  return {
    ...view,
    ...(to === null ? {} : { to }),
    ...(then === null ? {} : { then }),
    ...(Object.keys(filter).length === 0 ? {} : { filter }),
  };
}

/** Whether both show the same. */
export function isSameView(one: ExploredView, other: ExploredView): boolean {
  const inOrder = ({ filter, ...view }: ExploredView): string =>
    JSON.stringify([Object.entries(view).toSorted(byName), Object.entries(filter).toSorted(byName)]);
  return inOrder(one) === inOrder(other);
}

const byName = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number =>
  one < other ? -1 : 1;

/** A breakdown as bars: what was divided has both its names as its key. */
export function barsOf(breakdown: UsageBreakdown): NamedBars {
  const series = breakdown.series.map(({ key, then, values, totals }) => {
    return { key: then === null ? key : key + AND + then, values, totals };
  });
  return { ...breakdown, series };
}

/** The names that a key of `barsOf` is made of; null: it is the rest. */
export function namesOfKey(key: string): readonly [name: string, then: string | null] | null {
  if (key === OTHER) return null;
  const [name = '', then = null] = key.split(AND);
  return [name, then];
}
