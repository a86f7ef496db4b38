import styles from './charts.module.css';

interface Props {
  readonly values: readonly number[];
  /** What it shows, in words; readers get only this. */
  readonly label: string;
  readonly width?: number;
  readonly height?: number;
}

/** The points of a line through `values`, 0 at the bottom edge. */
export function sparkPath(values: readonly number[], width: number, height: number): string {
  const max = Math.max(...values, 1);
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  const inner = height - 2;
  return values
    .map((value, at) => `${at === 0 ? 'M' : 'L'}${round(at * step)} ${round(height - 1 - (value / max) * inner)}`)
    .join('');
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** A line without axes: the shape of the last weeks. */
export function Sparkline({ values, label, width = 96, height = 24 }: Props) {
  const path = sparkPath(values, width, height);
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      preserveAspectRatio="none"
      className={styles.spark}
    >
      <title>{label}</title>
      <path d={`${path}L${width} ${height}L0 ${height}Z`} className={styles.sparkarea} />
      <path d={path} className={styles.sparkline} />
    </svg>
  );
}
