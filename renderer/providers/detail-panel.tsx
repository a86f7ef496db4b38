import { Tabs } from '@base-ui/react/tabs';
import { ArrowLeft, Ellipsis, Pencil, X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { CredentialSummary } from '../../shared/contract/schemas.ts';
import { WeakestForm } from '../clients/weakest-form.tsx';
import { m } from '../i18n/messages.ts';
import { useCredentials } from '../state/credentials.ts';
import { navigate } from '../state/route.ts';
import { useSession } from '../state/session.ts';
import { show } from '../state/view.ts';
import { Button } from '../ui/button.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { Menu } from '../ui/menu.tsx';
import { ProviderTile } from '../ui/provider-tile.tsx';
import tabs from '../ui/tabs.module.css';
import { displayName } from './arrange.ts';
import styles from './detail.module.css';
import { DetailOverview } from './detail-overview.tsx';
import { DetailVersions } from './detail-versions.tsx';
import { healthOf } from './health.ts';
import { HealthBadge } from './health-badge.tsx';
import { menuOf } from './row-actions.tsx';
import { onRowKey } from './use-row-keys.ts';

interface Props {
  readonly credential: CredentialSummary;
  readonly nowMs: number;
}

/** Everything about one credential; beside the list where there is room, else in its place. */
export function DetailPanel({ credential, nowMs }: Props) {
  const { id, note } = credential;
  const provider = useSession((session) => session.providers.get(credential.provider));
  const testing = useCredentials((store) => store.testing.has(id));
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    heading.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const close = (): void => navigate({ id: null });
  return (
    <aside
      className={styles.panel}
      aria-label={m.providers.detail.label}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) close();
        else onRowKey(event, id, () => undefined);
      }}
    >
      <h1 className={styles.screen}>{m.providers.title}</h1>
      <div className={styles.bar}>
        <span className={styles.backwide}>
          <Button look="ghost" icon={<ArrowLeft size={16} aria-hidden />} onClick={close}>
            {m.common.back}
          </Button>
        </span>
        <span className={styles.grow} />
        <Button
          icon={<Pencil size={15} aria-hidden />}
          onClick={() => show({ sheet: { kind: 'edit', id } })}
          aria-keyshortcuts="Control+E"
        >
          {m.providers.act.edit}
        </Button>
        <Menu
          trigger={
            <IconButton
              label={m.providers.act.moreNamed(displayName(credential))}
              icon={<Ellipsis size={17} aria-hidden />}
            />
          }
          entries={menuOf(credential)}
        />
        <span className={styles.closewide}>
          <IconButton label={m.common.close} icon={<X size={17} aria-hidden />} onClick={close} />
        </span>
      </div>
      <div className={styles.title}>
        <ProviderTile provider={provider} />
        <div>
          <h2 ref={heading} tabIndex={-1}>
            {displayName(credential)}
          </h2>
          <p>{provider?.name ?? credential.provider}</p>
        </div>
        <HealthBadge health={testing ? 'testing' : healthOf(credential, nowMs)} />
      </div>
      <Tabs.Root defaultValue="overview" className={styles.tabs}>
        <Tabs.List className={tabs.list}>
          {(['overview', 'versions', 'notes'] as const).map((tab) => (
            <Tabs.Tab key={tab} value={tab} className={tabs.tab}>
              {m.providers.detail.tabs[tab]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="overview" className={tabs.panel}>
          <DetailOverview credential={credential} provider={provider} nowMs={nowMs} />
          <WeakestForm credential={credential} />
        </Tabs.Panel>
        <Tabs.Panel value="versions" className={tabs.panel}>
          <DetailVersions id={id} version={credential.version} nowMs={nowMs} />
        </Tabs.Panel>
        <Tabs.Panel value="notes" className={tabs.panel}>
          {note === '' ? (
            <p className={styles.muted}>{m.providers.detail.noNote}</p>
          ) : (
            <p className={styles.note}>{note}</p>
          )}
        </Tabs.Panel>
      </Tabs.Root>
    </aside>
  );
}
