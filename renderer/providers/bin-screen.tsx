import { ArchiveRestore, ArrowLeft, Trash2 } from 'lucide-react';
import type { CredentialSummary } from '../../shared/contract/schemas.ts';
import { useNow } from '../contract/use-now.ts';
import { formatRelative } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import { loadCredentials, useCredentials } from '../state/credentials.ts';
import { useSession } from '../state/session.ts';
import { show } from '../state/view.ts';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { LoadError } from '../ui/load-error.tsx';
import { ProviderTile } from '../ui/provider-tile.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { tryMove } from './acts.ts';
import { displayName } from './arrange.ts';
import { classes } from '../ui/classes.ts';
import page from '../ui/page-layout.module.css';
import styles from './bin.module.css';
import { DAY_MS } from './health.ts';

const KEPT_DAYS = 30;

export function BinScreen() {
  const { state, error, byId } = useCredentials();
  const nowMs = useNow(60_000);
  const binned = [...byId.values()]
    .filter((one) => one.state === 'binned')
    .sort((a, b) => (b.binnedAt ?? '').localeCompare(a.binnedAt ?? ''));
  return (
    <div className={classes(page.page, page.readable)}>
      <a href="#/providers" className={styles.back}>
        <ArrowLeft size={16} aria-hidden />
        {m.shell.providers}
      </a>
      <h1>{m.providers.binTitle}</h1>
      <p className={styles.lead}>{m.providers.binLead}</p>
      {state === 'loading' && <Skeleton lines />}
      {state === 'failed' && <LoadError error={error} onRetry={() => void loadCredentials()} />}
      {state === 'ready' && binned.length === 0 && (
        <Empty icon={<Trash2 size={28} />} title={m.providers.binEmptyTitle}>
          <p>{m.providers.binEmptyText}</p>
        </Empty>
      )}
      {binned.length > 0 && (
        <ul className={page.rows}>
          {binned.map((one) => (
            <BinRow key={one.id} credential={one} nowMs={nowMs} />
          ))}
        </ul>
      )}
    </div>
  );
}

function BinRow({ credential, nowMs }: { readonly credential: CredentialSummary; readonly nowMs: number }) {
  const provider = useSession((session) => session.providers.get(credential.provider));
  const { id, binnedAt } = credential;
  const name = displayName(credential);
  const leftDays = Math.max(0, Math.ceil(KEPT_DAYS - (nowMs - Date.parse(binnedAt ?? '')) / DAY_MS));
  return (
    <li className={page.row}>
      <ProviderTile provider={provider} small />
      <div className={styles.text}>
        <p className={styles.name}>{name}</p>
        <p className={styles.sub}>
          {provider?.name ?? credential.provider} / {credential.label} · {credential.masked}
        </p>
        {binnedAt !== null && (
          <p className={styles.sub}>
            {m.providers.binned(formatRelative(binnedAt, nowMs))} · {m.providers.binLeft(leftDays)}
          </p>
        )}
      </div>
      <div className={styles.acts}>
        <Button
          icon={<ArchiveRestore size={16} aria-hidden />}
          aria-label={m.providers.act.restoreNamed(name)}
          onClick={() => void tryMove(id, 'restore')}
        >
          {m.providers.act.restore}
        </Button>
        <Button
          look="ghost"
          aria-label={m.providers.act.purgeNamed(name)}
          onClick={() => show({ ask: { kind: 'purge', id } })}
        >
          {m.providers.act.purge}
        </Button>
      </div>
    </li>
  );
}
