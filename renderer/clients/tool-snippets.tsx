import { m } from '../i18n/messages.ts';
import { DEFAULT_PORT } from '../settings/defaults.ts';
import { useSession } from '../state/session.ts';
import { Field } from '../ui/field.tsx';
import { Select } from '../ui/select.tsx';
import { Snippet } from '../ui/snippet.tsx';
import layout from '../ui/form-layout.module.css';
import styles from './clients.module.css';
import { baseUrlOf } from './snippets.ts';
import { providerFor, TOOLS, type Tool, toolSteps } from './tool-steps.ts';

interface Props {
  readonly provider: string;
  readonly label: string | null;
  /** The token that was just made; else a word stands in its place. */
  readonly token?: string;
  readonly tool: Tool;
  readonly onTool: (tool: Tool) => void;
  readonly tools?: readonly Tool[];
}

/** Lines that point one tool at Keyharbor, with the real port and socket in them. */
export function ToolSnippets({ provider, label, token, tool, onTool, tools = TOOLS }: Props) {
  const endpoint = useSession((session) => session.endpoint);
  const wanted = useSession((session) => session.settings?.app.endpointPort ?? DEFAULT_PORT);
  const whose = providerFor(tool, provider);
  const keyVariable = useSession((session) => session.providers.get(whose)?.auth[0]?.environment[0] ?? null);
  const steps = toolSteps(tool, {
    baseUrl: baseUrlOf(endpoint) ?? `http://127.0.0.1:${wanted === 0 ? 'PORT' : wanted}`,
    socket: endpoint?.socket ?? null,
    provider: whose,
    label: whose === provider ? label : null,
    token: token ?? m.clients.tokenPlace,
    keyVariable,
  });
  const notes: Partial<Record<Tool, string>> = m.connectTool.notes;
  const note = notes[tool];
  return (
    <div className={layout.form}>
      <Field label={m.connectTool.tool}>
        {(control) => (
          <Select
            {...control}
            value={tool}
            options={tools.map((value) => ({ value, label: m.connectTool.tools[value] }))}
            onChange={onTool}
          />
        )}
      </Field>
      {steps.map(({ where, text }) => (
        <Snippet key={where} label={where} text={text} />
      ))}
      {note !== undefined && <p className={styles.muted}>{note}</p>}
    </div>
  );
}
