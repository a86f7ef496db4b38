import { Gauge, KeyRound, PlugZap, X } from 'lucide-react';
import { call } from '../contract/client.ts';
import { m } from '../i18n/messages.ts';
import { useCredentials } from '../state/credentials.ts';
import { useQuotas } from '../state/quotas.ts';
import { navigate } from '../state/route.ts';
import { useSession } from '../state/session.ts';
import { show } from '../state/view.ts';
import { Button } from '../ui/button.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { announce, announceFailure } from '../ui/toasts.ts';
import { StatusDot } from '../ui/status-dot.tsx';
import { HomeCard } from './home-card.tsx';
import styles from './home.module.css';
import { bothKnown, useKeysKnown, useQuotasKnown } from './what-is-known.ts';

/** Whether there is still something to do, and the owner did not put it away. */
export function useHasSteps(): boolean {
  const isWanted = useSession((session) => session.settings?.vault?.firstSteps !== false);
  const { isKnown } = bothKnown(useKeysKnown(), useQuotasKnown());
  const done = useDone();
  return isWanted && isKnown && !done.every((one) => one);
}

function useDone(): readonly [hasKey: boolean, isOn: boolean, hasQuota: boolean] {
  return [
    useCredentials((store) => [...store.byId.values()].some((one) => one.state !== 'binned')),
    useSession((session) => session.endpoint?.on === true),
    useQuotas((store) => store.list.length > 0),
  ];
}

async function dismiss(): Promise<void> {
  const setSteps = async (firstSteps: boolean): Promise<void> => {
    useSession.setState({ settings: await call('settings.set', { vault: { firstSteps } }) });
  };
  try {
    await setSteps(false);
    const undo = { label: m.common.undo, run: () => void setSteps(true).catch(announceFailure) };
    announce(m.home.stepsDismissed, { slot: 'first-steps', act: undo });
  } catch (thrown) {
    announceFailure(thrown);
  }
}

/** Three acts that make Keyharbor useful; each is ticked off when it is done. */
export function FirstSteps() {
  const [hasKey, isOn, hasQuota] = useDone();
  const steps = [
    {
      icon: KeyRound,
      title: m.home.stepKey,
      act: m.home.stepKeyAct,
      text: m.home.stepKeyText,
      done: hasKey,
      run: () => show({ sheet: { kind: 'add', provider: null } }),
    },
    {
      icon: PlugZap,
      title: m.home.stepEndpoint,
      act: m.home.stepEndpointAct,
      text: m.home.stepEndpointText,
      done: isOn,
      run: () => navigate({ screen: 'clients' }),
    },
    {
      icon: Gauge,
      title: m.home.stepQuota,
      act: m.home.stepQuotaAct,
      text: m.home.stepQuotaText,
      done: hasQuota,
      run: () => show({ sheet: { kind: 'quota', id: null, start: null } }),
    },
  ] as const;
  const next = steps.find((step) => !step.done);
  return (
    <HomeCard
      title={m.home.steps}
      act={<IconButton label={m.home.stepsDismiss} icon={<X size={16} aria-hidden />} onClick={() => void dismiss()} />}
      wide
    >
      <p className={styles.muted}>{m.home.stepsText}</p>
      <ol className={styles.steps}>
        {steps.map(({ icon: Icon, title, act, text, done, run }) => (
          <li key={title} className={styles.step}>
            <Icon size={20} aria-hidden className={styles.stepicon} />
            <div className={styles.what}>
              <h3>{title}</h3>
              <p className={styles.muted}>{text}</p>
            </div>
            {done ? (
              <StatusDot tone="ok" shape="check" word={m.home.stepDone} />
            ) : (
              <Button look={next?.title === title ? 'primary' : 'secondary'} onClick={run}>
                {act}
              </Button>
            )}
          </li>
        ))}
      </ol>
    </HomeCard>
  );
}
