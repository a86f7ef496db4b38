import { Ellipsis, KeyRound, Scissors, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { ClientSummary } from '../../shared/contract/schemas.ts';
import { formatRelative } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import { useSession } from '../state/session.ts';
import { show } from '../state/view.ts';
import { Button } from '../ui/button.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { Menu } from '../ui/menu.tsx';
import { StatusDot } from '../ui/status-dot.tsx';
import page from '../ui/page-layout.module.css';
import styles from './clients.module.css';
import { endText } from './client-end.ts';
import { grantWords } from './grant-words.ts';
import { NarrowClient } from './narrow-client.tsx';
import { RotateClient } from './rotate-client.tsx';

const LOOKS = {
  active: { tone: 'ok', shape: 'check' },
  expired: { tone: 'warn', shape: 'clock' },
  revoked: { tone: 'quiet', shape: 'minus' },
} as const;

export function ClientRow({ client, nowMs }: { readonly client: ClientSummary; readonly nowMs: number }) {
  const providers = useSession((session) => session.providers);
  const { name, state, lastUsedAt } = client;
  return (
    <li className={page.row}>
      <div className={page.what}>
        <div className={page.name}>
          <h3>{name}</h3>
          <StatusDot {...LOOKS[state]} word={m.clients.states[state]} />
          {client.kind === 'test' && <span className={styles.kind}>{m.clients.test}</span>}
          {client.loan === true && <span className={styles.kind}>{m.clients.lent}</span>}
        </div>
        <div className={styles.grants}>
          {client.grants.map((grant) => (
            <span key={grant} className={styles.grant} title={grant}>
              {grantWords(grant, providers)}
            </span>
          ))}
        </div>
        <p className={styles.sub}>
          <span>
            {lastUsedAt === null ? m.clients.notUsed : `${m.clients.lastUsed} ${formatRelative(lastUsedAt, nowMs)}`}
          </span>
          <span>{endText(client)}</span>
          <span>{m.clients.rate(client.ratePerSecond)}</span>
        </p>
        {client.exposed && (
          <p className={styles.error}>
            <TriangleAlert size={14} aria-hidden /> {m.clients.exposed}
          </p>
        )}
      </div>
      {state === 'active' && <ClientActs client={client} />}
    </li>
  );
}

function ClientActs({ client }: { readonly client: ClientSummary }) {
  const { id, name, loan } = client;
  const [asked, setAsked] = useState<'narrow' | 'rotate' | null>(null);
  const close = (): void => setAsked(null);
  return (
    <div className={styles.acts}>
      <Button aria-label={m.clients.revokeNamed(name)} onClick={() => show({ ask: { kind: 'revoke-client', id } })}>
        {m.clients.revoke}
      </Button>
      {loan !== true && (
        <Menu
          trigger={<IconButton label={m.clients.actsOf(name)} icon={<Ellipsis size={17} aria-hidden />} />}
          entries={[
            {
              label: m.clients.narrow,
              icon: <Scissors size={15} aria-hidden />,
              run: () => setAsked('narrow'),
            },
            {
              label: m.clients.rotate,
              icon: <KeyRound size={15} aria-hidden />,
              run: () => setAsked('rotate'),
            },
          ]}
        />
      )}
      {asked === 'narrow' && <NarrowClient client={client} onClose={close} />}
      {asked === 'rotate' && <RotateClient client={client} onClose={close} />}
    </div>
  );
}
