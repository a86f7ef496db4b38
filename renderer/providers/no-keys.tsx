import { KeyRound, Plus } from 'lucide-react';
import { m } from '../i18n/messages.ts';
import { show } from '../state/view.ts';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';

export function NoKeys() {
  return (
    <Empty
      icon={<KeyRound size={28} />}
      title={m.providers.emptyTitle}
      actions={
        <Button
          look="primary"
          large
          icon={<Plus size={17} aria-hidden />}
          onClick={() => show({ sheet: { kind: 'add', provider: null } })}
        >
          {m.providers.add}
        </Button>
      }
    >
      <p>{m.providers.emptyText}</p>
      <br />
      <p>{m.providers.emptyHint}</p>
    </Empty>
  );
}
