import styles from './charts.module.css';

interface Props {
  /** What the lines of a band chart are; null: that line is not there. */
  readonly actual: string;
  readonly projected: string | null;
  readonly ideal?: string | null;
  readonly limit?: string | null;
}

export function BandLegend({ actual, projected, ideal = null, limit = null }: Props) {
  return (
    <ul className={styles.bandlegend}>
      <li data-line="actual">{actual}</li>
      {ideal !== null && <li data-line="ideal">{ideal}</li>}
      {projected !== null && <li data-line="projected">{projected}</li>}
      {limit !== null && <li data-line="limit">{limit}</li>}
    </ul>
  );
}
