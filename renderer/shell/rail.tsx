import { Lock, PanelLeftClose, PanelLeftOpen } from 'lucide-react';
import { call } from '../contract/client.ts';
import { m } from '../i18n/messages.ts';
import type { Screen } from '../state/route.ts';
import { useSession } from '../state/session.ts';
import { classes } from '../ui/classes.ts';
import { IconButton } from '../ui/icon-button.tsx';
import { Logo } from '../ui/logo.tsx';
import { StatusDot } from '../ui/status-dot.tsx';
import { announceFailure } from '../ui/toasts.ts';
import { lockNow } from './lock-now.ts';
import { keysOfScreen, RAIL_SCREENS } from './screens.ts';
import styles from './shell.module.css';

/** Only screens that exist. Collapsible; at phone width it is a bar at the bottom. */
export function Rail({ screen }: { readonly screen: Screen }) {
  const collapsed = useSession((session) => session.settings?.app.railCollapsed ?? false);
  const toggle = async (): Promise<void> => {
    try {
      const settings = await call('settings.set', { app: { railCollapsed: !collapsed } });
      useSession.setState({ settings });
    } catch (thrown) {
      announceFailure(thrown);
    }
  };
  return (
    <aside aria-label={m.shell.sidebar} className={classes(styles.rail, collapsed && styles.narrow)}>
      <div className={styles.brand}>
        <Logo size={28} />
        <span className={styles.text}>{m.common.product}</span>
      </div>
      <nav className={styles.items} aria-label={m.shell.navigation}>
        {RAIL_SCREENS.map(({ screen: to, icon: Icon }) => (
          <a
            key={to}
            href={`#/${to}`}
            className={styles.item}
            aria-keyshortcuts={keysOfScreen(to)?.replace('Ctrl', 'Control')}
            aria-current={to === screen || (to === 'providers' && screen === 'bin') ? 'page' : undefined}
            title={collapsed ? m.shell[to] : undefined}
          >
            <Icon size={18} aria-hidden />
            <span className={styles.text}>{m.shell[to]}</span>
          </a>
        ))}
      </nav>
      <div className={styles.railfoot}>
        <States collapsed={collapsed} />
        <div className={styles.railbuttons}>
          <IconButton
            label={m.shell.lock}
            keys="Ctrl+L"
            icon={<Lock size={17} aria-hidden />}
            onClick={() => void lockNow()}
          />
          <span className={styles.collapse}>
            <IconButton
              label={collapsed ? m.shell.expand : m.shell.collapse}
              icon={collapsed ? <PanelLeftOpen size={17} aria-hidden /> : <PanelLeftClose size={17} aria-hidden />}
              onClick={() => void toggle()}
            />
          </span>
        </div>
      </div>
    </aside>
  );
}

function States({ collapsed }: { readonly collapsed: boolean }) {
  const endpoint = useSession((session) => session.endpoint);
  return (
    <div className={styles.states}>
      <StatusDot tone="ok" shape="check" word={m.shell.unlocked} wordHidden={collapsed} />
      {endpoint?.on === true ? (
        <StatusDot tone="ok" shape="check" word={m.shell.endpointOn(endpoint.port)} wordHidden={collapsed} />
      ) : endpoint?.problem ? (
        <StatusDot tone="bad" shape="alert" word={m.shell.endpointProblem} wordHidden={collapsed} />
      ) : (
        <StatusDot tone="quiet" shape="ring" word={m.shell.endpointOff} wordHidden={collapsed} />
      )}
    </div>
  );
}
