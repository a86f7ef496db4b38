import {
  Copy,
  Ellipsis,
  Eye,
  EyeOff,
  Pencil,
  Play,
  RotateCw,
  SquareTerminal,
  Trash2,
  CirclePause,
  Ban,
} from 'lucide-react';
import type { CredentialSummary } from '../../shared/contract/schemas.ts';
import { m } from '../i18n/messages.ts';
import { useCredentials } from '../state/credentials.ts';
import { show } from '../state/view.ts';
import { IconButton } from '../ui/icon-button.tsx';
import type { MenuEntry } from '../ui/menu.tsx';
import { Menu } from '../ui/menu.tsx';
import { copyCredential, testCredential, tryMove } from './acts.ts';
import styles from './row-actions.module.css';
import type { Reveal } from './use-reveal.ts';

interface Props {
  readonly credential: CredentialSummary;
  readonly name: string;
  readonly reveal: Reveal;
  /** Only the active row's buttons are in the tab order; arrows move between rows. */
  readonly tabbable: boolean;
}

/** Test, copy, reveal as buttons where there is room; these and the rest in a menu, which is the context menu too. */
export function RowActions({ credential, name, reveal, tabbable }: Props) {
  const { id, state } = credential;
  const testing = useCredentials((store) => store.testing.has(id));
  const tabIndex = tabbable ? 0 : -1;
  return (
    <div className={styles.actions}>
      <IconButton
        tabIndex={tabIndex}
        data-spare
        label={m.providers.act.testNamed(name)}
        tip={m.providers.act.test}
        keys="Ctrl+T"
        pending={testing}
        disabled={state !== 'active'}
        icon={<RotateCw size={16} aria-hidden />}
        onClick={() => void testCredential(id)}
      />
      <IconButton
        tabIndex={tabIndex}
        label={m.providers.act.copyNamed(name)}
        tip={m.common.copy}
        keys="Ctrl+C"
        icon={<Copy size={16} aria-hidden />}
        onClick={() => void copyCredential(id, 'value')}
      />
      <IconButton
        tabIndex={tabIndex}
        data-spare
        label={reveal.value === null ? m.providers.act.revealNamed(name) : m.providers.act.hideNamed(name)}
        tip={reveal.value === null ? m.providers.act.reveal : m.common.hide}
        aria-pressed={reveal.value !== null}
        pending={reveal.pending}
        icon={reveal.value === null ? <Eye size={16} aria-hidden /> : <EyeOff size={16} aria-hidden />}
        onClick={reveal.toggle}
      />
      <Menu
        trigger={
          <IconButton
            tabIndex={tabIndex}
            label={m.providers.act.moreNamed(name)}
            tip={m.providers.act.moreNamed(name)}
            icon={<Ellipsis size={16} aria-hidden />}
          />
        }
        entries={[...rowMenu(credential, reveal), ...menuOf(credential)]}
      />
    </div>
  );
}

/** What the row's own buttons do. */
function rowMenu({ id, state }: CredentialSummary, reveal: Reveal): readonly MenuEntry[] {
  const icon = { size: 16, 'aria-hidden': true } as const;
  const isShown = reveal.value !== null;
  return [
    {
      label: m.common.copy,
      keys: 'Ctrl+C',
      icon: <Copy {...icon} />,
      run: () => void copyCredential(id, 'value'),
    },
    {
      label: isShown ? m.common.hide : m.providers.act.reveal,
      icon: isShown ? <EyeOff {...icon} /> : <Eye {...icon} />,
      run: reveal.toggle,
    },
    {
      label: m.providers.act.test,
      keys: 'Ctrl+T',
      disabled: state !== 'active',
      icon: <RotateCw {...icon} />,
      run: () => void testCredential(id),
    },
  ];
}

export function menuOf({ id, state }: CredentialSummary): readonly MenuEntry[] {
  const icon = { size: 16, 'aria-hidden': true } as const;
  return [
    {
      label: m.providers.act.copyEnv,
      keys: 'Ctrl+Shift+C',
      icon: <SquareTerminal {...icon} />,
      run: () => void copyCredential(id, 'env'),
    },
    {
      label: m.providers.act.edit,
      keys: 'Ctrl+E',
      icon: <Pencil {...icon} />,
      run: () => show({ sheet: { kind: 'edit', id } }),
    },
    ...(state === 'active'
      ? [{ label: m.providers.act.suspend, icon: <CirclePause {...icon} />, run: () => void tryMove(id, 'suspend') }]
      : []),
    ...(state === 'suspended'
      ? [{ label: m.providers.act.reinstate, icon: <Play {...icon} />, run: () => void tryMove(id, 'reinstate') }]
      : []),
    ...(state === 'revoked'
      ? []
      : [
          {
            label: m.providers.act.revoke,
            icon: <Ban {...icon} />,
            run: () => show({ ask: { kind: 'revoke-credential', id } }),
          },
        ]),
    {
      label: m.providers.act.remove,
      keys: 'Delete',
      danger: true,
      apart: true,
      icon: <Trash2 {...icon} />,
      run: () => show({ ask: { kind: 'delete', id } }),
    },
  ];
}
