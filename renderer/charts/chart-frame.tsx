import { ChartColumnStacked, Table2 } from 'lucide-react';
import { type ReactNode, useId, useRef } from 'react';
import { m } from '../i18n/messages.ts';
import card from '../ui/card.module.css';
import { classes } from '../ui/classes.ts';
import { Segmented } from '../ui/segmented.tsx';
import styles from './charts.module.css';
import { type PictureParts, usePicture } from './picture-source.ts';

interface Props {
  readonly title: string;
  /** What the picture says, in one sentence. */
  readonly summary: ReactNode;
  readonly tools?: ReactNode;
  readonly asTable: boolean;
  readonly onAsTable: (asTable: boolean) => void;
  readonly table: () => ReactNode;
  /** Left out: it cannot be saved as a picture. */
  readonly picture?: PictureParts;
  readonly children: ReactNode;
}

/** A chart with its title, its sentence, and the same data as a table. */
export function ChartFrame({ title, summary, tools, asTable, onAsTable, table, picture, children }: Props) {
  const heading = useId();
  const frame = useRef<HTMLElement>(null);
  usePicture(
    picture === undefined || asTable
      ? null
      : { ...picture, title, canvas: () => frame.current?.querySelector('canvas') ?? null },
  );
  return (
    <section ref={frame} className={classes(card.card, styles.frame)} aria-labelledby={heading}>
      <div className={styles.framehead}>
        <div className={styles.frametitle}>
          <h2 id={heading}>{title}</h2>
          <p className={styles.summary}>{summary}</p>
        </div>
        <div className={styles.tools}>
          {tools}
          <Segmented
            label={m.charts.shownAs(title)}
            iconsOnly
            value={asTable ? 'table' : 'chart'}
            options={[
              { value: 'chart', label: m.charts.asChart, icon: <ChartColumnStacked size={16} aria-hidden /> },
              { value: 'table', label: m.charts.asTable, icon: <Table2 size={16} aria-hidden /> },
            ]}
            onChange={(value) => onAsTable(value === 'table')}
          />
        </div>
      </div>
      {asTable ? table() : children}
    </section>
  );
}
