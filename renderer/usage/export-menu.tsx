import { Download, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { EXPORT_FORMATS, type ExportView } from '../../shared/contract/usage-records.ts';
import { call } from '../contract/client.ts';
import { m } from '../i18n/messages.ts';
import { Button } from '../ui/button.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { Menu } from '../ui/menu.tsx';
import { announce, announceFailure } from '../ui/toasts.ts';
import { count } from './figures.ts';
import styles from './usage.module.css';

const t = m.usage.exporting;

interface Progress {
  readonly id: string;
  readonly rows: number;
  readonly all: number;
}

/** Writes what is shown into a file of the folder for downloads. Millions of rows take a while: it can be stopped. */
export function ExportMenu({ view, what }: { readonly view: ExportView; readonly what: string }) {
  const [progress, setProgress] = useState<Progress | null>(null);
  const running = useRef<string | null>(null);
  const stop = (): void => {
    const id = running.current;
    running.current = null;
    setProgress(null);
    if (id !== null) void call('usage.cancelExport', { id }).catch(() => undefined); // it ends by itself, too
  };
  useEffect(() => stop, []);
  const run = async (format: (typeof EXPORT_FORMATS)[number]): Promise<void> => {
    if (running.current !== null) return;
    try {
      const { id, rows: all } = await call('usage.beginExport', { format, view });
      running.current = id;
      setProgress({ id, rows: 0, all });
      while (running.current === id) {
        const { rows, done, fileName, folder } = await call('usage.saveExport', { id });
        if (running.current !== id) return announce(t.stopped, { slot: 'usage-export' });
        setProgress({ id, rows, all });
        if (!done) continue;
        running.current = null;
        announce(t.done(fileName), { description: t.doneIn(count(rows), folder), slot: 'usage-export' });
      }
    } catch (thrown) {
      if (running.current === null) announce(t.stopped, { slot: 'usage-export' });
      else announceFailure(thrown);
      running.current = null;
    }
    setProgress(null);
  };
  if (progress !== null) {
    const { rows, all } = progress;
    return (
      <div className={styles.exporting} role="group" aria-label={t.title}>
        <progress aria-label={t.title} max={Math.max(1, all)} value={rows} />
        <span>{t.running(count(rows), count(all))}</span>
        <IconButton label={t.stop} icon={<X size={16} aria-hidden />} onClick={stop} />
      </div>
    );
  }
  return (
    <Menu
      trigger={
        <Button icon={<Download size={16} aria-hidden />} title={what}>
          {t.button}
        </Button>
      }
      entries={EXPORT_FORMATS.map((format) => ({ label: t.as(t.formats[format]), run: () => void run(format) }))}
    />
  );
}
