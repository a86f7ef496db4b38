import { Toast } from '@base-ui/react/toast';
import { asAppError } from '../contract/client.ts';

export interface ToastData {
  readonly tone?: 'ok' | 'warn' | 'bad';
  readonly act?: { readonly label: string; readonly run: () => void };
  /** Shows a bar that shrinks for so long. */
  readonly barMs?: number;
}

/** Also usable outside React: stores and shortcuts announce what they did. */
export const toasts = Toast.createToastManager<ToastData>();

const SHORT_MS = 5_000;
const LONG_MS = 12_000;

/** The toast that stands in a slot; the next one of the same slot takes its place. */
const slots = new Map<string, string>();

interface Said extends ToastData {
  readonly description?: string;
  /** What it is about: only the newest toast about one thing is shown. */
  readonly slot?: string;
}

export function announce(title: string, { description, slot, ...data }: Said = {}): void {
  if (slot !== undefined) clearSlot(slot);
  const id = toasts.add({
    title,
    ...(description === undefined ? {} : { description }),
    timeout: data.barMs ?? (data.act === undefined ? SHORT_MS : LONG_MS),
    data,
  });
  if (slot !== undefined) slots.set(slot, id);
}

export function clearSlot(slot: string): void {
  const id = slots.get(slot);
  if (id !== undefined) toasts.close(id);
  slots.delete(slot);
}

/** A failure that belongs to no form: what happened, what to do. */
export function announceFailure(thrown: unknown): void {
  const { code, message, hint } = asAppError(thrown);
  if (code === 'vault_locked') return; // the unlock screen says it
  // Several things may fail for one reason: it is said once.
  const slot = `failure ${message}`;
  clearSlot(slot);
  slots.set(
    slot,
    toasts.add({ title: message, description: hint, timeout: LONG_MS, priority: 'high', data: { tone: 'bad' } }),
  );
}
