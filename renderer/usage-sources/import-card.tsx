import { Code, FileUp, SquareTerminal } from 'lucide-react';
import { type ReactNode, useRef, useState } from 'react';
import { type ImportReport, IMPORT_SOURCES, type ImportSource } from '../../shared/contract/usage-imports.ts';
import { documentPiecesOf } from '../../shared/document-pieces.ts';
import { AppError } from '../../shared/errors.ts';
import { DataTable } from '../charts/data-table.tsx';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { noteUsage } from '../state/usage.ts';
import { Button } from '../ui/button.tsx';
import card from '../ui/card.module.css';
import { Dialog } from '../ui/dialog.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { announce } from '../ui/toasts.ts';
import { count } from '../usage/figures.ts';
import { dayTitle } from '../usage/moments.ts';
import { importCostText } from './import-view.ts';
import styles from './sources.module.css';

const t = m.usageSources;
/** A message to the core holds a mebibyte. */
const MAX_FILE_BYTES = 900_000;

interface Found {
  readonly source: ImportSource;
  /** The text of a CSV file. */
  readonly text: string | null;
  readonly report: ImportReport;
}

const ICONS: Readonly<Record<ImportSource, ReactNode>> = {
  'claude-code': <SquareTerminal size={20} aria-hidden />,
  codex: <Code size={20} aria-hidden />,
  csv: <FileUp size={20} aria-hidden />,
};

const asked = (source: ImportSource, text: string | null, dryRun: boolean) => ({
  source,
  dryRun,
  ...(text === null ? {} : { document: documentPiecesOf(text) }),
});

/** First tells what would be taken over, then does it. */
export function ImportCard() {
  const picker = useRef<HTMLInputElement>(null);
  const [found, setFound] = useState<Found | null>(null);
  const [looking, setLooking] = useState<ImportSource | null>(null);
  const look = useAction(async (source: ImportSource, file: File | null) => {
    setLooking(source);
    if (file !== null && file.size > MAX_FILE_BYTES) throw new AppError('invalid_input', t.tooLarge, '');
    const text = file === null ? null : await file.text();
    setFound({ source, text, report: await call('usage.import', asked(source, text, true)) });
  });
  return (
    <section className={card.card} aria-label={t.importTitle}>
      <div>
        <h2>{t.importTitle}</h2>
        <p className={styles.muted}>{t.importLead}</p>
      </div>
      <ul className={styles.sources}>
        {IMPORT_SOURCES.map((source) => (
          <li key={source}>
            {ICONS[source]}
            <div>
              <h3>{t.sources[source].title}</h3>
              <p className={styles.muted}>{t.sources[source].text}</p>
            </div>
            {source === 'csv' ? (
              <Button pending={look.pending && looking === source} onClick={() => picker.current?.click()}>
                {t.choose}
              </Button>
            ) : (
              <Button
                aria-label={t.lookAt(t.sources[source].title)}
                pending={look.pending && looking === source}
                onClick={() => void look.run(source, null)}
              >
                {t.look}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <input
        ref={picker}
        hidden
        type="file"
        accept="text/csv,.csv"
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file !== undefined) void look.run('csv', file);
          event.target.value = '';
        }}
      />
      <ErrorNote error={look.error} />
      {found !== null && <Preview found={found} onClose={() => setFound(null)} />}
    </section>
  );
}

function Preview({ found, onClose }: { readonly found: Found; readonly onClose: () => void }) {
  const { source, text, report } = found;
  const { recorded, known, firstDay, lastDay, models, warnings } = report;
  const take = useAction(async () => {
    const done = await call('usage.import', asked(source, text, false));
    announce(t.done(done.recorded));
    noteUsage();
    onClose();
  });
  const days = firstDay === null || lastDay === null ? '' : t.period(dayTitle(firstDay), dayTitle(lastDay));
  return (
    <Dialog
      open
      wide
      title={t.sources[source].title}
      description={recorded === 0 ? t.nothing : t.found(recorded, days)}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{recorded === 0 ? m.common.close : m.common.cancel}</Button>
          {recorded > 0 && (
            <Button look="primary" pending={take.pending} onClick={() => void take.run()}>
              {t.importVerb(recorded)}
            </Button>
          )}
        </>
      }
    >
      <ErrorNote error={take.error} />
      {known > 0 && <p className={styles.muted}>{t.known(known)}</p>}
      {models.length > 0 && (
        <DataTable
          caption={t.importTitle}
          rows={models}
          rowKey={({ provider, model }) => `${provider} ${model}`}
          columns={[
            {
              key: 'model',
              title: t.columns.model,
              cell: ({ model }) => <bdi>{model === '' ? m.usage.unknown.model : model}</bdi>,
            },
            { key: 'calls', title: t.calls, figure: true, cell: ({ requests }) => count(requests) },
            {
              key: 'cost',
              title: t.cost,
              figure: true,
              cell: importCostText,
            },
          ]}
        />
      )}
      {warnings.map((sentence) => (
        <p key={sentence} className={styles.muted}>
          {sentence}
        </p>
      ))}
    </Dialog>
  );
}
