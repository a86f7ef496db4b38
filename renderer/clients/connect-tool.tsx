import { Plus } from 'lucide-react';
import { useMemo, useState } from 'react';
import { m } from '../i18n/messages.ts';
import { useCredentials } from '../state/credentials.ts';
import { useSession } from '../state/session.ts';
import { show } from '../state/view.ts';
import { Button } from '../ui/button.tsx';
import card from '../ui/card.module.css';
import { classes } from '../ui/classes.ts';
import { Field } from '../ui/field.tsx';
import { Note } from '../ui/note.tsx';
import { Select } from '../ui/select.tsx';
import layout from '../ui/form-layout.module.css';
import styles from './clients.module.css';
import { takesProvider, takesToken, type Tool } from './tool-steps.ts';
import { ToolSnippets } from './tool-snippets.tsx';
import { WatchRequests } from './watch-requests.tsx';

const ANY = '';

/** How a tool is pointed at Keyharbor: which provider's key, which tool, the lines, and a look whether it works. */
export function ConnectTool() {
  const on = useSession((session) => session.endpoint?.on === true);
  const providers = useSession((session) => session.providers);
  const byId = useCredentials((store) => store.byId);
  const areKeysKnown = useCredentials((store) => store.state === 'ready');
  const [tool, setTool] = useState<Tool>('run');
  const [picked, setPicked] = useState<string | null>(null);
  const [label, setLabel] = useState(ANY);
  const labels = useMemo(() => {
    const all = new Map<string, string[]>();
    for (const one of byId.values()) {
      if (one.state === 'active') all.set(one.provider, [...(all.get(one.provider) ?? []), one.label]);
    }
    return all;
  }, [byId]);
  const known = [...labels.keys()].sort();
  const provider = picked ?? ['openai', 'anthropic'].find((id) => labels.has(id)) ?? known[0] ?? 'openai';
  const own = labels.get(provider) ?? [];
  return (
    <>
      <p className={styles.muted}>{m.connectTool.lead}</p>
      {!on && (
        <Note tone="info">
          <p>{m.connectTool.off}</p>
        </Note>
      )}
      {areKeysKnown && known.length === 0 && (
        <Note tone="info">
          <p>{m.connectTool.noKeys}</p>
        </Note>
      )}
      <section className={classes(card.card, card.roomy)}>
        {takesProvider(tool) && (
          <div className={layout.pair}>
            <Field label={m.connectTool.provider}>
              {(control) => (
                <Select
                  {...control}
                  value={provider}
                  options={(known.length === 0 ? [provider] : known).map((id) => ({
                    value: id,
                    label: providers.get(id)?.name ?? id,
                  }))}
                  onChange={(id) => {
                    setPicked(id);
                    setLabel(ANY);
                  }}
                />
              )}
            </Field>
            <Field label={m.connectTool.label}>
              {(control) => (
                <Select
                  {...control}
                  value={own.includes(label) ? label : ANY}
                  options={[
                    { value: ANY, label: m.connectTool.anyLabel },
                    ...[...new Set(own)].sort().map((one) => ({ value: one, label: one })),
                  ]}
                  onChange={setLabel}
                />
              )}
            </Field>
          </div>
        )}
        <ToolSnippets provider={provider} label={own.includes(label) ? label : null} tool={tool} onTool={setTool} />
        {takesToken(tool) && (
          <div className={styles.hintline}>
            <p className={styles.muted}>{m.connectTool.tokenHint}</p>
            <Button icon={<Plus size={16} aria-hidden />} onClick={() => show({ sheet: { kind: 'client' } })}>
              {m.connectTool.make}
            </Button>
          </div>
        )}
      </section>
      <WatchRequests />
    </>
  );
}
