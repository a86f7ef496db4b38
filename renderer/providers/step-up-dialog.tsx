import { m } from '../i18n/messages.ts';
import { PasswordDialog } from '../ui/password-dialog.tsx';
import { useStepUp } from './step-up.ts';

/** Asks for the master password before another secret is shown or copied. */
export function StepUpDialog() {
  const asking = useStepUp((state) => state.asking);
  if (asking === null) return null;
  return (
    <PasswordDialog
      title={m.providers.stepUpTitle}
      text={m.providers.stepUpText}
      verb={m.providers.stepUpVerb}
      error={asking.error}
      onPassword={(password) => asking.answer(password)}
      onCancel={() => asking.answer(null)}
    />
  );
}
