import type { FormEvent, ReactNode } from 'react';
import { useId, useRef, useState } from 'react';
import type { Action } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { Button } from './button.tsx';
import { ErrorNote } from './error-note.tsx';
import layout from './form-layout.module.css';
import { LeaveConfirm } from './leave-confirm.tsx';
import { Sheet } from './sheet.tsx';
import type { SheetForm } from './use-sheet-form.ts';

interface Props {
  readonly title: string;
  /** A verb: "Save rule". */
  readonly verb: string;
  readonly state: Pick<SheetForm<unknown>, 'isChanged' | 'check'>;
  /** Nothing is wrong with what was entered. */
  readonly isRight: boolean;
  readonly save: Pick<Action<[]>, 'run' | 'pending' | 'error'>;
  /** The host asks the owner outside the page before it is saved. */
  readonly asksElsewhere?: boolean;
  /** Asked with before what was entered is lost; left out: nobody is asked. */
  readonly leaveText?: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A side sheet with a form: saves what is right, leads to what is wrong, and asks before what was entered is lost. */
export function FormSheet(props: Props) {
  const { title, verb, state, isRight, save, asksElsewhere, leaveText, onClose, children } = props;
  const [leaving, setLeaving] = useState(false);
  const body = useRef<HTMLFormElement>(null);
  const id = useId();
  const submit = (event?: FormEvent): void => {
    event?.preventDefault();
    state.check();
    if (isRight) void save.run();
    else requestAnimationFrame(() => toFirstError(body.current)); // what is wrong is marked with the next drawing
  };
  const leave = (): void => (state.isChanged && leaveText !== undefined ? setLeaving(true) : onClose());
  return (
    <>
      <Sheet
        open
        title={title}
        onClose={leave}
        onSave={submit}
        foot={
          <>
            {asksElsewhere === true && save.pending && <p role="status">{m.common.confirmElsewhere}</p>}
            <Button onClick={leave}>{m.common.cancel}</Button>
            <Button look="primary" type="submit" form={id} pending={save.pending}>
              {verb}
            </Button>
          </>
        }
      >
        <form id={id} ref={body} className={layout.form} noValidate onSubmit={submit}>
          {children}
          <ErrorNote error={save.error} />
        </form>
      </Sheet>
      {leaveText !== undefined && (
        <LeaveConfirm open={leaving} onLeave={onClose} onStay={() => setLeaving(false)}>
          {leaveText}
        </LeaveConfirm>
      )}
    </>
  );
}

/** A field, or the first box of a group in which nothing was chosen. */
function toFirstError(form: HTMLFormElement | null): void {
  const found = form?.querySelector<HTMLElement>('[aria-invalid="true"], [data-invalid]');
  const target = found?.matches('[data-invalid]') === true ? found.closest('fieldset')?.querySelector('input') : found;
  (target ?? found)?.focus();
}
