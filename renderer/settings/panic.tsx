import { OctagonX } from 'lucide-react';
import { create } from 'zustand';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { Button } from '../ui/button.tsx';
import { Confirm } from '../ui/confirm.tsx';
import styles from './settings.module.css';

const usePanic = create<{ readonly asked: boolean }>()(() => ({ asked: false }));

export const askPanic = (): void => usePanic.setState({ asked: true });
const close = (): void => usePanic.setState({ asked: false });

export function PanicButton() {
  return (
    <Button look="danger" icon={<OctagonX size={16} aria-hidden />} onClick={askPanic}>
      {m.settings.panicOpen}
    </Button>
  );
}

/** Says what panic does, and does it. The lock that comes with it takes the whole page away. */
export function PanicQuestion() {
  const asked = usePanic((panic) => panic.asked);
  return asked ? <Question /> : null;
}

function Question() {
  const panic = useAction(async () => {
    await call('app.panic', {});
    close();
  });
  return (
    <Confirm
      open
      danger
      title={m.settings.panicTitle}
      verb={m.settings.panicVerb}
      pending={panic.pending}
      error={panic.error}
      onConfirm={() => void panic.run()}
      onCancel={close}
    >
      <p>{m.settings.panicLead}</p>
      <ul className={styles.list}>
        {m.settings.panicDoes.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <p>{m.settings.panicKeeps}</p>
    </Confirm>
  );
}
