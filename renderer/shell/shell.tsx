import { useEffect, useLayoutEffect, useRef } from 'react';
import { ClientsScreen } from '../clients/clients-screen.tsx';
import { m } from '../i18n/messages.ts';
import { Palette } from '../palette/palette.tsx';
import { BinScreen } from '../providers/bin-screen.tsx';
import { ProvidersScreen } from '../providers/providers-screen.tsx';
import { SettingsScreen } from '../settings/settings-screen.tsx';
import { PanicQuestion } from '../settings/panic.tsx';
import { loadCredentials } from '../state/credentials.ts';
import { loadQuotas } from '../state/quotas.ts';
import type { Screen } from '../state/route.ts';
import { useRoute } from '../state/route.ts';
import { KitBanner } from './kit-banner.tsx';
import { lazyScreen } from './lazy-screen.tsx';
import { LockWarning } from './lock-warning.tsx';
import { Overlays } from './overlays.tsx';
import { Rail } from './rail.tsx';
import styles from './shell.module.css';
import { ShortcutList } from './shortcut-list.tsx';
import { TopBar } from './top-bar.tsx';
import { useShortcuts } from './use-shortcuts.ts';

const home = lazyScreen(() => import('../home/home-screen.tsx'));
const usage = lazyScreen(() => import('../usage/usage-screen.tsx'));
const quotas = lazyScreen(() => import('../quotas/quotas-screen.tsx'));

const activity = lazyScreen(() => import('../activity/activity-screen.tsx'));

const SCREENS: Readonly<Record<Screen, () => React.JSX.Element | null>> = {
  home: home.Screen,
  providers: ProvidersScreen,
  bin: BinScreen,
  usage: usage.Screen,
  quotas: quotas.Screen,
  clients: ClientsScreen,
  activity: activity.Screen,
  settings: SettingsScreen,
};

/** The open vault: rail, top bar, one screen, and what may lie over it. */
export function Shell() {
  const { screen } = useRoute();
  const Content = SCREENS[screen];
  const main = useRef<HTMLElement>(null);
  useShortcuts();
  useEffect(() => {
    void loadCredentials();
    void loadQuotas(); // cards show how far they are used
    requestIdleCallback(home.preload);
    requestIdleCallback(usage.preload);
    requestIdleCallback(quotas.preload);
    requestIdleCallback(activity.preload);
    // What had the focus (the unlock button) is gone; the next Tab goes on from here.
    if (document.activeElement === document.body) main.current?.focus({ preventScroll: true });
  }, []);
  // Else it would begin where the one before was scrolled to. What leads to a part of a screen scrolls there afterwards.
  useLayoutEffect(() => {
    if (main.current !== null) main.current.scrollTop = 0;
  }, [screen]);
  const last = useRef(screen);
  useEffect(() => {
    document.title = `${m.shell[screen]} – ${m.common.product}`;
    if (last.current !== screen) main.current?.focus({ preventScroll: true });
    last.current = screen;
  }, [screen]);
  return (
    <div className={styles.shell}>
      <a
        className={styles.skip}
        href="#content"
        onClick={(event) => {
          event.preventDefault(); // the hash is the route
          main.current?.focus();
        }}
      >
        {m.shell.skip}
      </a>
      <TopBar />
      <Rail screen={screen} />
      <main ref={main} id="content" tabIndex={-1} className={styles.main}>
        <KitBanner />
        <Content key={screen} />
      </main>
      <LockWarning />
      <Overlays />
      <PanicQuestion />
      <Palette />
      <ShortcutList />
    </div>
  );
}
