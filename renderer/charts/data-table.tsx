import type { ReactNode } from 'react';
import styles from './charts.module.css';

export interface Column<Row> {
  readonly key: string;
  readonly title: string;
  /** Figures stand at the end of their column. */
  readonly figure?: boolean;
  readonly cell: (row: Row) => ReactNode;
}

interface Props<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  readonly foot?: readonly ReactNode[];
}

/** A table of the page; the first column names the row. Where it is too wide or long it scrolls in its frame. */
export function DataTable<Row>({ caption, columns, rows, rowKey, foot }: Props<Row>) {
  return (
    <div role="group" aria-label={caption} tabIndex={0} className={styles.tablebox}>
      <table className={styles.table}>
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ key, title, figure }) => (
              <th key={key} scope="col" data-figure={figure === true ? '' : undefined}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map(({ key, figure, cell }, place) =>
                place === 0 ? (
                  <th key={key} scope="row">
                    {cell(row)}
                  </th>
                ) : (
                  <td key={key} data-figure={figure === true ? '' : undefined}>
                    {cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
        {foot !== undefined && (
          <tfoot>
            <tr>
              {foot.map((cell, place) =>
                place === 0 ? (
                  <th key={columns[place]?.key} scope="row">
                    {cell}
                  </th>
                ) : (
                  <td key={columns[place]?.key} data-figure="">
                    {cell}
                  </td>
                ),
              )}
            </tr>
          </tfoot>
        )}
      </table>
    </div>
  );
}
