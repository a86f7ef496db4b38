import { type CSSProperties, useId } from 'react';
import styles from './charts.module.css';
import { type ColorIndex, colorToken } from './colors.ts';
import { dashOf, PATTERN_ALPHA, patternOf, TILE } from './patterns.ts';

interface Props {
  readonly color: ColorIndex;
  /** As the series looks in a chart of lines. */
  readonly line?: boolean;
}

/** The colour and pattern of a series, beside its name. */
export function Swatch({ color, line }: Props) {
  const id = useId();
  if (line === true) return <LineSwatch color={color} />;
  const pattern = patternOf(color);
  return (
    <svg
      aria-hidden
      width={12}
      height={12}
      viewBox="0 0 12 12"
      className={styles.swatch}
      style={{ '--series': `var(${colorToken(color)})` } as CSSProperties}
    >
      <rect width={12} height={12} rx={3} className={styles.swatchfill} />
      {pattern !== null && (
        <>
          <pattern id={id} width={TILE} height={TILE} patternUnits="userSpaceOnUse">
            <path
              d={pattern.path}
              strokeWidth={pattern.width}
              strokeOpacity={PATTERN_ALPHA}
              className={styles.swatchline}
            />
          </pattern>
          <rect width={12} height={12} rx={3} fill={`url(#${id})`} />
        </>
      )}
    </svg>
  );
}

function LineSwatch({ color }: { readonly color: ColorIndex }) {
  return (
    <svg aria-hidden width={24} height={12} viewBox="0 0 24 12" className={styles.swatch}>
      <path
        d="M0 6h24"
        strokeWidth={2.5}
        strokeDasharray={dashOf(color).join(' ')}
        style={{ stroke: `var(${colorToken(color)})` }}
      />
    </svg>
  );
}
