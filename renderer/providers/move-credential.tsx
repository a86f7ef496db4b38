import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { show } from '../state/view.ts';
import { Confirm } from '../ui/confirm.tsx';
import { moveCredential, nameOf } from './acts.ts';

const { deleteTitle, deleteVerb, deleteText, revokeTitle, revokeVerb, revokeText } = m.providers;
const WORDS = {
  delete: { title: deleteTitle, verb: deleteVerb, text: deleteText },
  revoke: { title: revokeTitle, verb: revokeVerb, text: revokeText },
} as const;

const close = (): void => show({ ask: null });

/** Asks before a credential goes to the bin, or is revoked. */
export function MoveCredential({ id, move }: { readonly id: string; readonly move: keyof typeof WORDS }) {
  const { title, verb, text } = WORDS[move];
  const { run, pending, error } = useAction(async () => {
    await moveCredential(id, move);
    close();
  });
  return (
    <Confirm
      open
      danger
      title={title(nameOf(id))}
      verb={verb}
      pending={pending}
      error={error}
      onConfirm={() => void run()}
      onCancel={close}
    >
      {text}
    </Confirm>
  );
}
