import { type FormEvent, useId, useRef, useState } from 'react';
import { type ExploredView, type SavedView, VIEW_NAME_MAX } from '../../shared/contract/usage-explore.ts';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { ask } from '../state/usage.ts';
import { Button } from '../ui/button.tsx';
import { Checkbox } from '../ui/checkbox.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { Field } from '../ui/field.tsx';
import { TextInput } from '../ui/text-input.tsx';
import { announce } from '../ui/toasts.ts';
import styles from './explore.module.css';

const t = m.explore;

interface Props {
  /** The view whose name is changed; null: a new one. */
  readonly of: SavedView | null;
  readonly view: ExploredView;
  readonly onClose: () => void;
  readonly onSaved: (view: SavedView) => void;
}

/** Asks for a name, and whether the view stands on Home. */
export function ViewDialog({ of, view, onClose, onSaved }: Props) {
  const [name, setName] = useState(of?.name ?? '');
  const [pinned, setPinned] = useState(of?.pinned ?? false);
  const [isMissing, setMissing] = useState(false);
  const form = useId();
  const field = useRef<HTMLInputElement>(null);
  const save = useAction(async () => {
    const made = await call('usage.saveView', { ...(of === null ? {} : { id: of.id }), name, pinned, view });
    await ask('usage.views', {});
    announce(t.saved(made.name), { slot: 'usage-view' });
    onSaved(made);
  });
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim() === '') {
      setMissing(true);
      field.current?.focus();
    } else void save.run();
  };
  return (
    <Dialog
      open
      title={of === null ? t.saveTitle : t.renameTitle}
      description={t.saveLead}
      initialFocus={field}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{m.common.cancel}</Button>
          <Button look="primary" type="submit" form={form} pending={save.pending}>
            {t.saveVerb}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={onSubmit} className={styles.naming}>
        <Field label={t.name} hint={t.nameHint} error={isMissing ? t.nameMissing : null} required>
          {(control) => (
            <TextInput
              {...control}
              ref={field}
              maxLength={VIEW_NAME_MAX}
              value={name}
              onChange={(typed) => {
                setName(typed);
                setMissing(false);
              }}
            />
          )}
        </Field>
        <Checkbox label={t.pin} checked={pinned} onChange={setPinned} />
        <ErrorNote error={save.error} />
      </form>
    </Dialog>
  );
}
