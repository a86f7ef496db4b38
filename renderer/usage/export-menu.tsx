import { Download, X } from 'lucide-react';
import { type RefObject, useEffect, useRef, useState } from 'react';
import { MOST_PICTURE_PIECES, PICTURE_PIECE } from '../../shared/contract/usage-explore.ts';
import type { Input } from '../../shared/contract/methods.ts';
import { EXPORT_FORMATS } from '../../shared/contract/usage-records.ts';
import { pictureOf } from '../charts/picture.ts';
import type { PictureSource, PictureSources } from '../charts/picture-source.ts';
import { call } from '../contract/client.ts';
import { m } from '../i18n/messages.ts';
import { Button } from '../ui/button.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { Menu } from '../ui/menu.tsx';
import { announce, announceFailure } from '../ui/toasts.ts';
import { count } from './figures.ts';
import styles from './usage.module.css';

const t = m.usage.exporting;
const PIECE = new RegExp(`.{1,${PICTURE_PIECE}}`, 'g');

interface Progress {
  readonly id: string;
  readonly rows: number;
  readonly all: number;
}

type View = Input<'usage.beginExport'>['view'];
type Format = (typeof EXPORT_FORMATS)[number];

interface Props {
  readonly view: View;
  /** What is exported, for the button: its hint, or its name where it is small. */
  readonly what: string;
  /** An icon without words, for one card of several. */
  readonly small?: boolean;
  /** A second view of the same screen. */
  readonly also?: { readonly view: View; readonly as: (format: string) => string };
  /** The charts on the screen; null: there is none to be seen. */
  readonly pictures: RefObject<PictureSources> | null;
  /** What a picture says below its range. */
  readonly notes: readonly string[];
}

/** Writes what is shown into a file of the folder for downloads. Millions of rows take a while: it can be stopped. */
export function ExportMenu({ view, what, small, also, pictures, notes }: Props) {
  const [progress, setProgress] = useState<Progress | null>(null);
  const running = useRef<string | null>(null);
  const stop = (): void => {
    const id = running.current;
    running.current = null;
    setProgress(null);
    if (id !== null) void call('usage.cancelExport', { id }).catch(() => undefined); // it ends by itself, too
  };
  useEffect(() => stop, []);
  const run = async (wanted: View, format: Format): Promise<void> => {
    if (running.current !== null) return;
    try {
      const { id, rows: all } = await call('usage.beginExport', { format, view: wanted });
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
  const savePicture = async (sources: readonly PictureSource[]): Promise<void> => {
    try {
      const png = pictureOf(document.body, sources, notes);
      const pieces = png.match(PIECE) ?? [];
      if (pieces.length > MOST_PICTURE_PIECES) return announce(t.pictureLarge, { slot: 'usage-export', tone: 'bad' });
      const { fileName, folder } = await call('usage.savePicture', { png: pieces });
      announce(t.done(fileName), { description: t.pictureDone(folder), slot: 'usage-export' });
    } catch (thrown) {
      announceFailure(thrown);
    }
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
        small === true ? (
          <IconButton label={what} icon={<Download size={16} aria-hidden />} />
        ) : (
          <Button icon={<Download size={16} aria-hidden />} title={what}>
            {t.button}
          </Button>
        )
      }
      entries={[
        ...EXPORT_FORMATS.map((format) => ({ label: t.as(t.formats[format]), run: () => void run(view, format) })),
        ...(also === undefined
          ? []
          : EXPORT_FORMATS.map((format, at) => {
              return { label: also.as(t.formats[format]), apart: at === 0, run: () => void run(also.view, format) };
            })),
        ...(pictures === null
          ? []
          : [{ label: t.asPicture, apart: true, run: () => void savePicture([...pictures.current.values()]) }]),
      ]}
    />
  );
}
