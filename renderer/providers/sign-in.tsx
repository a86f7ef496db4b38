import { LogIn } from 'lucide-react';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { keepCredential } from '../state/credentials.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { announce } from '../ui/toasts.ts';
import { nameOf } from './acts.ts';
import styles from './detail.module.css';

interface Props {
  readonly id: string;
  /** Whether what a sign-in brings is already there. */
  readonly done: boolean;
}

/** Signs in at the provider in the owner's browser; waits until that is over. */
export function SignIn({ id, done }: Props) {
  const target = { id };
  const signIn = useAction(async () => {
    await call('credentials.startSignIn', { target });
    keepCredential(await call('credentials.finishSignIn', { target }));
    announce(m.providers.detail.signedIn(nameOf(id)));
  });
  const cancel = useAction(async () => {
    await call('credentials.cancelSignIn', { target });
  });
  return (
    <div className={styles.block}>
      <p className={styles.muted} role="status">
        {signIn.pending ? m.providers.detail.signInWaiting : m.providers.detail.signInText}
      </p>
      <div className={styles.acts}>
        <Button icon={<LogIn size={15} aria-hidden />} pending={signIn.pending} onClick={() => void signIn.run()}>
          {done ? m.providers.act.signInAgain : m.providers.act.signIn}
        </Button>
        {signIn.pending && (
          <Button look="ghost" onClick={() => void cancel.run()}>
            {m.providers.detail.signInCancel}
          </Button>
        )}
      </div>
      <ErrorNote error={signIn.error ?? cancel.error} />
    </div>
  );
}
