import { m } from '../i18n/messages.ts';
import { Confirm } from './confirm.tsx';

interface Props {
  readonly open: boolean;
  /** What would be lost. */
  readonly children: string;
  readonly onLeave: () => void;
  readonly onStay: () => void;
}

/** Before a form is closed in which something was entered. */
export function LeaveConfirm({ open, children, onLeave, onStay }: Props) {
  return (
    <Confirm
      open={open}
      danger
      title={m.common.leaveTitle}
      verb={m.common.leaveVerb}
      cancel={m.common.leaveStay}
      onConfirm={onLeave}
      onCancel={onStay}
    >
      {children}
    </Confirm>
  );
}
