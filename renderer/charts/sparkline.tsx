import styles from './charts.module.css';
import { sparkPath } from './spark-path.ts';

interface Props {
  readonly values: readonly number[];
  /** What it shows, in words; readers get only this. */
  readonly label: string;
  readonly width?: number;
  readonly height?: number;
}

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
