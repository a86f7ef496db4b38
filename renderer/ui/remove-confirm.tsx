import { DangerConfirm } from './danger-confirm.tsx';

interface Props {
  /** Of the kind of thing that goes; "Remove …?", "Remove quota", what goes with it, "Removed …". */
  readonly words: {
    readonly removeTitle: (name: string) => string;
    readonly removeVerb: string;
    readonly removeText: string;
    readonly removed: (name: string) => string;
  };
  readonly name: string;
  /** What it throws is shown in the dialog, which then stays. */
  readonly remove: () => Promise<unknown>;
  readonly onClose: () => void;
}

/** Asks before something that the owner made is removed. */
export function RemoveConfirm({ words, name, remove, onClose }: Props) {
  return (
    <DangerConfirm
      title={words.removeTitle(name)}
      verb={words.removeVerb}
      done={words.removed(name)}
      act={remove}
      onClose={onClose}
    >
      {words.removeText}
    </DangerConfirm>
  );
}
