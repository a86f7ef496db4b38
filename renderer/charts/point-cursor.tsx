import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from 'react';
import { m } from '../i18n/messages.ts';
import styles from './charts.module.css';
import { keyMove, type Point } from './key-move.ts';
import type { PlotArea } from './plot.ts';

interface Props {
  readonly area: PlotArea;
  readonly slots: number;
  readonly levels: number;
  /** What the cursor moves over: the chart's title. */
  readonly label: string;
  /** What is spoken at a point. */
  readonly spoken: (point: Point) => string;
  readonly tip: (point: Point) => ReactNode;
  readonly onPoint?: (point: Point | null) => void;
  /** Enter at a point, or a click on a slot: that is all of it. */
  readonly onPick?: ((point: Point) => void) | undefined;
}

/**
 * Makes the slots of a painted chart reachable: pointer, and keyboard as a slider whose spoken value is what stands at the
 * point. Left and right go along the slots, up and down through the series of one.
 */
export function PointCursor({ area, slots, levels, label, spoken, tip, onPoint, onPick }: Props) {
  const [point, setPoint] = useState<Point | null>(null);
  const [shown, setShown] = useState(false);
  const pressed = useRef<number | null>(null);
  const current: Point = {
    at: Math.min(point?.at ?? slots - 1, slots - 1),
    level: point?.level == null || point.level >= levels ? null : point.level,
  };
  const move = (next: Point): void => {
    setPoint(next);
    setShown(true);
    onPoint?.(next);
  };
  const leave = (): void => {
    setShown(false);
    onPoint?.(null);
  };
  const slotAt = (event: PointerEvent<HTMLElement>): number => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    return Math.min(slots - 1, Math.max(0, Math.floor(((event.clientX - left) / width) * slots)));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape' && shown) leave();
    else if (event.key === 'Enter' && onPick !== undefined) onPick(current);
    else {
      const next = keyMove(event.key, current, slots, levels);
      if (next === null) return;
      move(next);
    }
    event.preventDefault();
  };
  const middle = ((current.at + 0.5) / slots) * area.width;
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label={m.charts.cursor(label)}
      aria-orientation="horizontal"
      aria-valuemin={1}
      aria-valuemax={slots}
      aria-valuenow={current.at + 1}
      aria-valuetext={spoken(current)}
      data-pickable={onPick === undefined ? undefined : ''}
      className={styles.cursor}
      style={{
        insetInlineStart: `${area.left}px`,
        insetBlockStart: `${area.top}px`,
        inlineSize: `${area.width}px`,
        blockSize: `${area.height}px`,
      }}
      onKeyDown={onKeyDown}
      onFocus={(event) => {
        if (event.currentTarget.matches(':focus-visible')) move(current);
      }}
      onBlur={leave}
      onPointerDown={(event) => {
        pressed.current =
          event.pointerType === 'mouse' || (shown && slotAt(event) === current.at) ? slotAt(event) : null;
      }}
      onPointerMove={(event) => {
        const at = slotAt(event);
        if (!shown || at !== current.at || current.level !== null) move({ at, level: null });
      }}
      onPointerLeave={leave}
      onClick={() => {
        // A finger looks first and picks with the second tap.
        if (pressed.current !== null) onPick?.({ at: pressed.current, level: null });
        pressed.current = null;
      }}
    >
      {shown && (
        <>
          <span
            className={styles.column}
            style={{ insetInlineStart: `${(current.at / slots) * 100}%`, inlineSize: `${100 / slots}%` }}
          />
          <div
            aria-hidden
            className={styles.tip}
            data-side={middle > area.width / 2 ? 'start' : 'end'}
            style={{ insetInlineStart: `${middle}px` }}
          >
            {tip(current)}
          </div>
        </>
      )}
    </div>
  );
}
