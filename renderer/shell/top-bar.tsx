import { Gauge, KeyRound, Plus, PlugZap, Search } from 'lucide-react';
import { m } from '../i18n/messages.ts';
import { Bell } from '../notifications/bell.tsx';
import { show } from '../state/view.ts';
import { Button } from '../ui/button.tsx';
import { Menu } from '../ui/menu.tsx';
import { ShortcutKeys } from '../ui/shortcut-keys.tsx';
import styles from './shell.module.css';

export function TopBar() {
  return (
    <header className={styles.top}>
      <button
        type="button"
        className={styles.searchbox}
        aria-keyshortcuts="Control+K"
        onClick={() => show({ palette: true })}
      >
        <Search size={16} aria-hidden />
        <span>
          {m.shell.searchShort} <span className="visually-hidden">{m.shell.searchWhat}</span>
        </span>
        <ShortcutKeys keys="Ctrl+K" />
      </button>
      <div className={styles.push}>
        <Bell />
        <Menu
          trigger={
            <Button look="primary" icon={<Plus size={16} aria-hidden />}>
              {m.shell.add}
            </Button>
          }
          entries={[
            {
              label: m.shell.addKey,
              icon: <KeyRound size={16} aria-hidden />,
              keys: 'Ctrl+N',
              run: () => show({ sheet: { kind: 'add', provider: null } }),
            },
            {
              label: m.shell.addClient,
              icon: <PlugZap size={16} aria-hidden />,
              run: () => show({ sheet: { kind: 'client' } }),
            },
            {
              label: m.shell.addQuota,
              icon: <Gauge size={16} aria-hidden />,
              run: () => show({ sheet: { kind: 'quota', id: null, start: null } }),
            },
          ]}
        />
      </div>
    </header>
  );
}
