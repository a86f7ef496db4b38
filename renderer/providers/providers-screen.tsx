import { useRef, useState } from 'react';
import { useNow } from '../contract/use-now.ts';
import { m } from '../i18n/messages.ts';
import { loadCredentials, useCredentials } from '../state/credentials.ts';
import { useRoute } from '../state/route.ts';
import { classes } from '../ui/classes.ts';
import { LoadError } from '../ui/load-error.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { CredentialGrid } from './credential-grid.tsx';
import { CredentialTable } from './credential-table.tsx';
import { DetailPanel } from './detail-panel.tsx';
import { NoKeys } from './no-keys.tsx';
import { NoMatch } from './no-match.tsx';
import styles from './providers.module.css';
import { TestAll } from './test-all.tsx';
import { Toolbar } from './toolbar.tsx';
import { useFiltered } from './use-filtered.ts';

const MINUTE_MS = 60_000;

export function ProvidersScreen() {
  const route = useRoute();
  const nowMs = useNow(MINUTE_MS);
  const { state, error, byId } = useCredentials();
  const { all, shown, filters, around } = useFiltered(route, nowMs);
  const pane = useRef<HTMLDivElement>(null);
  const [touched, setActive] = useState<string | null>(null);
  const activeId = shown.some((one) => one.id === touched) ? touched : (shown[0]?.id ?? null);
  const selected = route.id === null ? undefined : byId.get(route.id);
  const binned = byId.size - all.length;
  const collection = { credentials: shown, nowMs, selectedId: route.id, activeId, onActive: setActive };
  return (
    <div className={styles.split} data-scrolls>
      <div ref={pane} className={classes(styles.pane, selected !== undefined && styles.covered)}>
        <div className={styles.head}>
          <h1>{m.providers.title}</h1>
          {all.length > 0 && (
            <p className={styles.count} role="status">
              {shown.length === all.length
                ? m.providers.count(all.length)
                : m.providers.ofCount(shown.length, all.length)}
            </p>
          )}
          {all.length > 0 && <TestAll shown={shown} />}
          {binned > 0 && (
            <a className={styles.headlink} href="#/bin">
              {m.providers.openBin(binned)}
            </a>
          )}
        </div>
        {state === 'loading' && <Skeleton />}
        {state === 'failed' && <LoadError error={error} onRetry={() => void loadCredentials()} />}
        {state === 'ready' && all.length === 0 && <NoKeys />}
        {state === 'ready' && all.length > 0 && (
          <>
            <Toolbar route={route} all={all} filters={filters} />
            {shown.length === 0 ? (
              <NoMatch all={all} filters={filters} around={around} />
            ) : route.view === 'grid' ? (
              <CredentialGrid {...collection} />
            ) : (
              <CredentialTable {...collection} sort={route.sort} scroller={pane} />
            )}
          </>
        )}
      </div>
      {selected !== undefined && <DetailPanel key={selected.id} credential={selected} nowMs={nowMs} />}
    </div>
  );
}
