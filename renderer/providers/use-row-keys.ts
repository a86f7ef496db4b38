import type { KeyboardEvent, MouseEvent } from 'react';
import { chord } from '../shell/shortcuts.ts';
import { show } from '../state/view.ts';
import { copyCredential, testCredential } from './acts.ts';

/** What the keys do while one row, or something inside it, has the focus. True if the press was one of ours. */
function actOnRow(keys: string, id: string): boolean {
  switch (keys) {
    case 'Ctrl+C':
      if (getSelection()?.isCollapsed === false) return false; // text is selected: the usual copy
      void copyCredential(id, 'value');
      return true;
    case 'Ctrl+Shift+C':
      void copyCredential(id, 'env');
      return true;
    case 'Ctrl+T':
      void testCredential(id);
      return true;
    case 'Ctrl+E':
      show({ sheet: { kind: 'edit', id } });
      return true;
    case 'Delete':
      show({ ask: { kind: 'delete', id } });
      return true;
    default:
      return false;
  }
}

const STEPS: Readonly<Record<string, number>> = {
  Up: -1,
  Down: 1,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

/** Handles a key press in the row `id`; `go` moves the focus by so many rows (infinite: to an end). */
export function onRowKey(event: KeyboardEvent, id: string, go: (rows: number) => void): void {
  if (event.defaultPrevented || !event.currentTarget.contains(event.target as Node)) return;
  const keys = chord(event.nativeEvent);
  const step = STEPS[keys];
  if (step === undefined ? !actOnRow(keys, id) : false) return;
  if (step !== undefined) go(step);
  event.preventDefault();
}

/** Moves the focus among the rows that are in the document. */
export function focusRow(from: HTMLElement, rows: number): void {
  const all = [...(from.closest('[data-rows]')?.querySelectorAll<HTMLElement>('[data-row]') ?? [])];
  const at = all.findIndex((row) => from.contains(row));
  const to = Math.min(all.length - 1, Math.max(0, at + rows));
  all[to]?.focus();
}

/** The context menu of a row is its own menu; selected text keeps the platform's. */
export function onRowMenu(event: MouseEvent<HTMLElement>): void {
  if (getSelection()?.isCollapsed === false) return;
  event.preventDefault();
  event.currentTarget.querySelector<HTMLElement>('[aria-haspopup="menu"]')?.click();
}
