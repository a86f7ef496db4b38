import type { ReactNode } from 'react';
import styles from './charts.module.css';

export interface Column<Row> {
  readonly key: string;
  readonly title: string;
  /** Figures stand at the end of their column. */
  readonly figure?: boolean;
  /** Words, or a name that may be long: in several lines rather than past the edge of the table. */
  readonly wraps?: boolean;
  readonly cell: (row: Row) => ReactNode;
  /** Whether the cell says nothing. It is then left out where columns stand below each other. */
  readonly isEmpty?: (row: Row) => boolean;
}

interface Props<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  readonly foot?: readonly ReactNode[];
  /** On a narrow window each row becomes a few lines with the names of its columns, instead of scrolling sideways. */
  readonly stacks?: boolean;
}

/** A table of the page; the first column names the row. Where it is too wide or long it scrolls in its frame. */
export function DataTable<Row>({ caption, columns, rows, rowKey, foot, stacks }: Props<Row>) {
  // The styles of stacked rows would take the meaning of a table from them; where they stand as words it stays.
  const is = (role: string): { readonly role?: string } => (stacks === true ? { role } : {});
  return (
    <div
      role="group"
      aria-label={caption}
      tabIndex={0}
      className={styles.tablebox}
      data-stacks={stacks === true ? '' : undefined}
    >
      <table {...is('table')} className={styles.table}>
        <caption className="visually-hidden">{caption}</caption>
        <thead {...is('rowgroup')}>
          <tr {...is('row')}>
            {columns.map(({ key, title, figure }) => (
              <th key={key} scope="col" {...is('columnheader')} data-figure={figure === true ? '' : undefined}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody {...is('rowgroup')}>
          {rows.map((row) => (
            <tr key={rowKey(row)} {...is('row')}>
              {columns.map(({ key, title, figure, wraps, cell, isEmpty }, place) =>
                place === 0 ? (
                  <th key={key} scope="row" {...is('rowheader')} data-wraps={wraps === true ? '' : undefined}>
                    {cell(row)}
                  </th>
                ) : (
                  <td
                    key={key}
                    {...is('cell')}
                    data-title={title}
                    data-figure={figure === true ? '' : undefined}
                    data-wraps={wraps === true ? '' : undefined}
                    data-empty={isEmpty?.(row) === true ? '' : undefined}
                  >
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
