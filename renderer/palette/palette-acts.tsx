import { Gauge, Keyboard, Lock, OctagonX, Plus, PlugZap, Route, ShieldCheck, Trash2, Unplug } from 'lucide-react';
import type { ReactNode } from 'react';
import { m } from '../i18n/messages.ts';
import { askPanic } from '../settings/panic.tsx';
import { lockNow } from '../shell/lock-now.ts';
import { RAIL_SCREENS } from '../shell/screens.ts';
import { navigate } from '../state/route.ts';
import { show } from '../state/view.ts';

export interface PaletteAct {
  readonly name: string;
  readonly icon: ReactNode;
  readonly keys?: string;
  readonly run: () => void;
}

const icon = { size: 16, 'aria-hidden': true } as const;

export const SCREEN_ACTS: readonly PaletteAct[] = [
  ...RAIL_SCREENS.map(({ screen, icon: Icon }, at) => ({
    name: m.shell[screen],
    icon: <Icon {...icon} />,
    keys: `Ctrl+${at + 1}`,
    run: () => navigate({ screen }),
  })),
  {
    name: m.clients.tabs.grants,
    icon: <ShieldCheck {...icon} />,
    run: () => navigate({ screen: 'clients', tab: 'grants' }),
  },
  {
    name: m.clients.tabs.connect,
    icon: <Unplug {...icon} />,
    run: () => navigate({ screen: 'clients', tab: 'connect' }),
  },
  {
    name: m.clients.tabs.routing,
    icon: <Route {...icon} />,
    run: () => navigate({ screen: 'clients', tab: 'routing' }),
  },
  { name: m.shell.bin, icon: <Trash2 {...icon} />, run: () => navigate({ screen: 'bin' }) },
];

export const OTHER_ACTS: readonly PaletteAct[] = [
  {
    name: m.shell.addKey,
    icon: <Plus {...icon} />,
    keys: 'Ctrl+N',
    run: () => show({ sheet: { kind: 'add', provider: null } }),
  },
  { name: m.shell.addClient, icon: <PlugZap {...icon} />, run: () => show({ sheet: { kind: 'client' } }) },
  {
    name: m.shell.addQuota,
    icon: <Gauge {...icon} />,
    run: () => show({ sheet: { kind: 'quota', id: null, start: null } }),
  },
  { name: m.shell.lock, icon: <Lock {...icon} />, keys: 'Ctrl+L', run: () => void lockNow() },
  { name: m.settings.panicOpen, icon: <OctagonX {...icon} />, run: askPanic },
  { name: m.shell.shortcutsTitle, icon: <Keyboard {...icon} />, keys: 'Ctrl+/', run: () => show({ shortcuts: true }) },
];
