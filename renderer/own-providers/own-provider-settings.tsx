import { Pencil, Trash2 } from 'lucide-react';
import type { ProviderInfo } from '../../shared/provider/info.ts';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import type { Setting } from '../settings/setting-row.tsx';
import { loadProviders } from '../state/session.ts';
import { show } from '../state/view.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { Switch } from '../ui/switch.tsx';
import { announce } from '../ui/toasts.ts';
import { startEditing } from './edit-start.ts';

/** One row to add, and one for each own provider. */
export function ownProviderSettings(providers: ReadonlyMap<string, ProviderInfo>): readonly Setting[] {
  return [
    { title: m.ownProviders.title, text: m.ownProviders.text, control: <AddButtons /> },
    ...[...providers.values()]
      .filter((provider) => provider.own)
      .map((provider) => ({
        title: `${provider.name} (${provider.id})`,
        text:
          provider.baseUrl.default === null
            ? m.ownProviders.goesByFields
            : m.ownProviders.goesTo(provider.baseUrl.default),
        control: <OwnProviderControls provider={provider} />,
      })),
  ];
}

function AddButtons() {
  return (
    <>
      <Button onClick={() => show({ sheet: { kind: 'own-provider', start: { from: 'file' } } })}>
        {m.ownProviders.importFile}
      </Button>
      <Button onClick={() => show({ sheet: { kind: 'own-provider', start: { from: 'form' } } })}>
        {m.ownProviders.add}
      </Button>
    </>
  );
}

function OwnProviderControls({ provider }: { readonly provider: ProviderInfo }) {
  const { id, name, enabled } = provider;
  const turn = useAction(async (on: boolean) => {
    await call('providers.enable', { id, enabled: on });
    await loadProviders();
    announce(on ? m.ownProviders.on(name) : m.ownProviders.isOff(name), { slot: `provider-${id}` });
  });
  const edit = useAction(async () => show({ sheet: { kind: 'own-provider', start: await startEditing(id, name) } }));
  return (
    <>
      <ErrorNote error={turn.error ?? edit.error} />
      <IconButton
        label={m.ownProviders.editNamed(name)}
        icon={<Pencil size={16} aria-hidden />}
        pending={edit.pending}
        onClick={() => void edit.run()}
      />
      <IconButton
        label={m.ownProviders.removeNamed(name)}
        icon={<Trash2 size={16} aria-hidden />}
        onClick={() => show({ ask: { kind: 'remove-provider', id } })}
      />
      <Switch
        label={m.ownProviders.enableNamed(name)}
        checked={enabled}
        disabled={turn.pending}
        onChange={(on) => void turn.run(on)}
      />
    </>
  );
}
