import type { ReactNode } from 'react';
import { useAction } from '../contract/use-action.ts';
import { Confirm } from './confirm.tsx';
import { announce } from './toasts.ts';

interface Props {
  readonly title: string;
  /** A verb: "Revoke client". */
  readonly verb: string;
  readonly children: ReactNode;
  /** Announced when it is done. */
  readonly done: string;
  /** What it throws is shown in the dialog, which then stays. */
  readonly act: () => Promise<unknown>;
  readonly onClose: () => void;
}

/** Asks before something is taken away, does it, says so and closes. */
export function DangerConfirm({ title, verb, children, done, act, onClose }: Props) {
  const { run, pending, error } = useAction(async () => {
    await act();
    announce(done);
    onClose();
  });
  return (
    <Confirm
      open
      danger
      title={title}
      verb={verb}
      pending={pending}
      error={error}
      onConfirm={() => void run()}
      onCancel={onClose}
    >
      {children}
    </Confirm>
  );
}
