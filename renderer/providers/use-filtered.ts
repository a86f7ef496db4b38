import { useDeferredValue, useMemo } from 'react';
import { useCredentials } from '../state/credentials.ts';
import type { Route } from '../state/route.ts';
import { useSession } from '../state/session.ts';
import { useView } from '../state/view.ts';
import { sorted } from './arrange.ts';
import type { Filters } from './search.ts';
import { matcher } from './search.ts';

/** The credentials outside the bin, filtered and sorted as the route and the search say. */
export function useFiltered(route: Route, nowMs: number) {
  const byId = useCredentials((store) => store.byId);
  const providers = useSession((session) => session.providers);
  const typed = useView((view) => view.query);
  const tag = useView((view) => view.tag);
  const query = useDeferredValue(typed);
  const all = useMemo(() => [...byId.values()].filter((one) => one.state !== 'binned'), [byId]);
  const around = useMemo(
    () => ({ nowMs, providerName: (id: string) => providers.get(id)?.name ?? id }),
    [nowMs, providers],
  );
  const filters: Filters = useMemo(
    () => ({ query, provider: route.provider, state: route.state, tag }),
    [query, route.provider, route.state, tag],
  );
  const shown = useMemo(
    () => sorted(all.filter(matcher(filters, around)), route.sort, around),
    [all, filters, around, route.sort],
  );
  return { all, shown, filters, around };
}
