import { type KeyboardEvent, useLayoutEffect, useRef, useState } from 'react';
import { classes } from '../ui/classes.ts';
import styles from './charts.module.css';
import { type Cell, HEAT_STEPS } from './heat-steps.ts';

interface Props {
  readonly label: string;
  readonly rows: readonly { readonly name: string; readonly short: string; readonly cells: readonly Cell[] }[];
  /** Over the columns; an empty one has no name. */
  readonly columns: readonly string[];
  /** Shown while no cell is looked at. */
  readonly idle: string;
  readonly legend: { readonly less: string; readonly more: string };
  /** Few columns: cells are wider than high. */
  readonly low?: boolean;
  readonly onPick?: (cell: Cell) => void;
}

type Place = readonly [row: number, column: number];

/** Cells in five steps. One of them is in the tab order; arrows go on from it, and what it holds is said below. */
export function CellGrid({ label, rows, columns, idle, legend, low, onPick }: Props) {
  const grid = useRef<HTMLDivElement>(null);
  const [focus, setFocus] = useState<Place | null>(null);
  const [looked, setLooked] = useState<string | null>(null);
  const width = columns.length;
  // Where there is no room for all columns, the last ones are what one looks for: a year ends today.
  useLayoutEffect(() => {
    const box = grid.current?.parentElement;
    if (box != null && low !== true) box.scrollLeft = box.scrollWidth;
  }, [low, width]);
  const cellAt = ([row, column]: Place): Cell | undefined => rows[row]?.cells[column];
  const isThere = (place: Place): boolean => cellAt(place) !== undefined && cellAt(place)?.blank !== true;
  const home = focus !== null && isThere(focus) ? focus : lastPlace(rows);
  const go = (to: Place): void => {
    if (!isThere(to)) return;
    setFocus(to);
    grid.current?.querySelector<HTMLElement>(`[data-cell="${to[0]}-${to[1]}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent, [row, column]: Place): void => {
    const moves: Readonly<Record<string, Place>> = {
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      Home: [row, rows[row]?.cells.findIndex((cell) => cell.blank !== true) ?? 0],
      End: [row, rows[row]?.cells.findLastIndex((cell) => cell.blank !== true) ?? 0],
    };
    const to = moves[event.key];
    const cell = cellAt([row, column]);
    if (to !== undefined) go(to);
    else if ((event.key === 'Enter' || event.key === ' ') && cell !== undefined && onPick !== undefined) onPick(cell);
    else return;
    event.preventDefault();
  };
  return (
    <div className={styles.gridbox}>
      <div className={styles.gridscroll}>
        <div
          ref={grid}
          role="grid"
          aria-label={label}
          aria-rowcount={rows.length}
          aria-colcount={width}
          className={classes(styles.grid, low === true && styles.low)}
          style={{ gridTemplateColumns: `auto repeat(${width}, minmax(var(--cell), 1fr))` }}
          onPointerLeave={() => setLooked(null)}
        >
          <div aria-hidden className={styles.gridrow}>
            <span />
            {columns.map((name, column) => (
              <span key={column} className={styles.gridcolumn}>
                {name}
              </span>
            ))}
          </div>
          {rows.map((row, y) => (
            <div role="row" key={row.name} aria-rowindex={y + 1} className={styles.gridrow}>
              <span role="rowheader" aria-label={row.name} className={styles.gridname}>
                {row.short}
              </span>
              {row.cells.map((cell, x) =>
                cell.blank === true ? (
                  <span key={cell.key} />
                ) : (
                  <span
                    key={cell.key}
                    role="gridcell"
                    tabIndex={home[0] === y && home[1] === x ? 0 : -1}
                    aria-label={cell.text}
                    aria-colindex={x + 1}
                    data-cell={`${y}-${x}`}
                    data-step={cell.step}
                    data-open={cell.open === true ? '' : undefined}
                    data-unknown={cell.unknown === true ? '' : undefined}
                    data-pickable={onPick === undefined ? undefined : ''}
                    className={styles.cell}
                    onKeyDown={(event) => onKeyDown(event, [y, x])}
                    onFocus={() => {
                      setFocus([y, x]);
                      setLooked(cell.text);
                    }}
                    onBlur={() => setLooked(null)}
                    onPointerEnter={() => setLooked(cell.text)}
                    onClick={() => onPick?.(cell)}
                  />
                ),
              )}
            </div>
          ))}
        </div>
      </div>
      <div className={styles.gridfoot}>
        <p aria-hidden className={styles.looked}>
          {looked ?? idle}
        </p>
        <p className={styles.legend}>
          {legend.less}
          {Array.from({ length: HEAT_STEPS }, (_, step) => (
            <span key={step} aria-hidden data-step={step} className={styles.cell} />
          ))}
          {legend.more}
        </p>
      </div>
    </div>
  );
}

/** The latest cell there is. */
function lastPlace(rows: Props['rows']): Place {
  let last: Place = [0, 0];
  for (const [y, { cells }] of rows.entries()) {
    const x = cells.findLastIndex((cell) => cell.blank !== true);
    if (x >= last[1]) last = [y, x];
  }
  return last;
}
