import { useEffect } from 'react';
import { approval } from '../i18n/en/approval.ts';
import { ApprovalPanel } from './approval-panel.tsx';
import { usePanel } from './use-panel.ts';

/** The panel shows the oldest request; the others wait behind it. Escape denies what is shown. */
export function ApprovalPage() {
  const { state, readable } = usePanel();
  const request = state?.requests[0];
  const id = request?.id ?? null;
  const turn = state?.turn ?? 0;
  useEffect(() => {
    if (id === null) return;
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && !event.repeat) window.keyharborApproval.answer(id, turn, 'deny');
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [id, turn]);
  if (state === null || request === undefined) return <p className="visually-hidden">{approval.productAsks}</p>;
  return (
    <ApprovalPanel
      // A request begins with the choices that a person made for it, never with those for the one before.
      key={request.id}
      request={request}
      turn={turn}
      readable={readable}
      waiting={state.requests.slice(1)}
      onAnswer={(answered, answer) => window.keyharborApproval.answer(answered, turn, answer)}
    />
  );
}
