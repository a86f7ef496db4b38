import { Command } from 'cmdk';
import { Search } from 'lucide-react';
import type { KeyboardEvent } from 'react';
import { useRef, useState } from 'react';
import { m } from '../i18n/messages.ts';
import { copyCredential } from '../providers/acts.ts';
import { displayName } from '../providers/arrange.ts';
import { useCredentials } from '../state/credentials.ts';
import { navigate } from '../state/route.ts';
import { useSession } from '../state/session.ts';
import { show, useView } from '../state/view.ts';
import { Modal } from '../ui/modal.tsx';
import { ProviderTile } from '../ui/provider-tile.tsx';
import { ShortcutKeys } from '../ui/shortcut-keys.tsx';
import styles from './palette.module.css';
import type { PaletteAct } from './palette-acts.tsx';
import { OTHER_ACTS, SCREEN_ACTS } from './palette-acts.tsx';
import { findKeys, parsePalette } from './palette-items.ts';

/** Ctrl+K, type, Enter: the key is copied. Also screens and acts. */
export function Palette() {
  const open = useView((view) => view.palette);
  return (
    <Modal open={open} label={m.shell.palette.title} className={styles.popup} onClose={() => show({ palette: false })}>
      <Finder />
    </Modal>
  );
}

function Finder() {
  const [typed, setTyped] = useState('');
  const [nowMs] = useState(() => Date.now());
  const byId = useCredentials((store) => store.byId);
  const providers = useSession((session) => session.providers);
  const pressed = useRef({ env: false, open: false });
  const { scope, text } = parsePalette(typed);
  const providerName = (id: string): string => providers.get(id)?.name ?? id;
  const keys =
    typed.trim() === '' && byId.size > 500 ? [] : findKeys(typed, { credentials: byId.values(), nowMs, providerName });
  const fits = (act: PaletteAct): boolean => act.name.toLowerCase().includes(text.toLowerCase());
  const narrowed = scope === 'tags' || scope === 'providers';
  const screens = narrowed ? [] : SCREEN_ACTS.filter(fits);
  const others = narrowed ? [] : OTHER_ACTS.filter(fits);
  const run = (act: () => void): void => {
    show({ palette: false });
    act();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    pressed.current = { env: event.ctrlKey || event.metaKey, open: event.shiftKey };
  };
  const takeKey = (id: string): void => {
    const { env, open } = pressed.current;
    run(() => (open ? navigate({ screen: 'providers', id }) : void copyCredential(id, env ? 'env' : 'value')));
  };
  return (
    <Command shouldFilter={false} loop label={m.shell.palette.title} onKeyDown={onKeyDown} className={styles.command}>
      <div className={styles.input}>
        <Search size={18} aria-hidden />
        <Command.Input autoFocus value={typed} onValueChange={setTyped} placeholder={m.shell.palette.placeholder} />
      </div>
      <Command.List className={styles.list} label={m.shell.palette.title}>
        {keys.length > 0 && (
          <Command.Group heading={m.shell.palette.keys} className={styles.group}>
            {keys.map((one) => (
              <Command.Item key={one.id} value={one.id} className={styles.item} onSelect={() => takeKey(one.id)}>
                <ProviderTile provider={providers.get(one.provider)} small />
                <span className={styles.name}>{displayName(one)}</span>
                <span className={styles.sub}>
                  {providerName(one.provider)} / {one.label}
                </span>
              </Command.Item>
            ))}
          </Command.Group>
        )}
        <Acts heading={m.shell.palette.screens} acts={screens} onRun={run} />
        <Acts heading={m.shell.palette.acts} acts={others} onRun={run} />
      </Command.List>
      {/* Beside the list: what holds options holds nothing else. */}
      <p role="status" className={styles.none}>
        {keys.length + screens.length + others.length === 0 && m.shell.palette.none}
      </p>
      <p className={styles.foot}>
        <ShortcutKeys keys="Enter" /> {m.shell.palette.footer}
      </p>
    </Command>
  );
}

interface ActsProps {
  readonly heading: string;
  readonly acts: readonly PaletteAct[];
  readonly onRun: (act: () => void) => void;
}

function Acts({ heading, acts, onRun }: ActsProps) {
  if (acts.length === 0) return null;
  return (
    <Command.Group heading={heading} className={styles.group}>
      {acts.map((act) => (
        <Command.Item key={act.name} value={act.name} className={styles.item} onSelect={() => onRun(act.run)}>
          {act.icon}
          <span className={styles.name}>{act.name}</span>
          {act.keys !== undefined && <ShortcutKeys keys={act.keys} />}
        </Command.Item>
      ))}
    </Command.Group>
  );
}
