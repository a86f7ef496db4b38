import { m } from '../i18n/messages.ts';
import { RAIL_SCREENS } from './screens.ts';

/** The table behind the shortcut list; what acts on the focused key is handled where that key is shown. */
export interface Shortcut {
  readonly keys: string;
  readonly does: string;
}

export const SHORTCUTS: readonly Shortcut[] = [
  { keys: 'Ctrl+K', does: m.shell.acts.palette },
  { keys: 'Ctrl+F', does: m.shell.acts.find },
  { keys: '/', does: m.shell.acts.find },
  { keys: 'Ctrl+N', does: m.shell.acts.add },
  { keys: 'Ctrl+L', does: m.shell.acts.lock },
  ...RAIL_SCREENS.map(({ screen }, at) => ({ keys: `Ctrl+${at + 1}`, does: m.shell.acts.goTo(m.shell[screen]) })),
  { keys: 'Ctrl+,', does: m.shell.acts.settingsComma },
  { keys: 'Ctrl+/', does: m.shell.acts.shortcuts },
  { keys: 'Alt+Left', does: m.shell.acts.back },
  { keys: '↑+↓', does: m.shell.acts.rows },
  { keys: 'Enter', does: m.shell.acts.open },
  { keys: 'Ctrl+C', does: m.shell.acts.copy },
  { keys: 'Ctrl+Shift+C', does: m.shell.acts.copyEnv },
  { keys: 'Ctrl+T', does: m.shell.acts.test },
  { keys: 'Ctrl+E', does: m.shell.acts.edit },
  { keys: 'Delete', does: m.shell.acts.remove },
  { keys: 'Ctrl+Enter', does: m.shell.acts.save },
];

/** How a key press is written in the table: modifiers first, letters in capitals. Command counts as Ctrl. */
export function chord(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>): string {
  const { key } = event;
  const name = key.length === 1 ? key.toUpperCase() : key.replace(/^Arrow/, '');
  const shifted = event.shiftKey && (key.length > 1 || /[A-Z]/i.test(key));
  return [event.ctrlKey || event.metaKey ? 'Ctrl' : '', event.altKey ? 'Alt' : '', shifted ? 'Shift' : '', name]
    .filter((part) => part !== '')
    .join('+');
}
