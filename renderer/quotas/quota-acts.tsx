import { Ellipsis, Pause, Pencil, Play, Trash2 } from 'lucide-react';
import type { QuotaStatus } from '../../shared/contract/quotas.ts';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { reloadQuotas } from '../state/quotas.ts';
import { show } from '../state/view.ts';
import { IconButton } from '../ui/icon-button.tsx';
import { Menu } from '../ui/menu.tsx';
import { announce, announceFailure } from '../ui/toasts.ts';
import styles from './quotas.module.css';

export function QuotaActs({ quota }: { readonly quota: QuotaStatus }) {
  const { id, definition } = quota;
  const { name, enabled } = definition;
  const turn = useAction(async () => {
    try {
      await call('quotas.set', { id, definition: { ...definition, enabled: !enabled } });
      await reloadQuotas();
      announce(enabled ? m.quotas.paused(name) : m.quotas.resumed(name), { slot: `quota-${id}` });
    } catch (thrown) {
      announceFailure(thrown);
    }
  });
  return (
    <div className={styles.acts}>
      <IconButton
        label={`${m.quotas.edit} ${name}`}
        tip={m.quotas.edit}
        icon={<Pencil size={16} aria-hidden />}
        onClick={() => show({ sheet: { kind: 'quota', id, start: definition } })}
      />
      <Menu
        trigger={
          <IconButton label={m.quotas.actsOf(name)} tip={m.quotas.more} icon={<Ellipsis size={17} aria-hidden />} />
        }
        entries={[
          {
            label: enabled ? m.quotas.pause : m.quotas.resume,
            icon: enabled ? <Pause size={15} aria-hidden /> : <Play size={15} aria-hidden />,
            run: () => void turn.run(),
          },
          {
            label: m.quotas.remove,
            icon: <Trash2 size={15} aria-hidden />,
            danger: true,
            apart: true,
            run: () => show({ ask: { kind: 'remove-quota', id } }),
          },
        ]}
      />
    </div>
  );
}
