import { Toast } from '@base-ui/react/toast';
import { asAppError } from '../contract/client.ts';

export interface ToastData {
  readonly tone?: 'ok' | 'bad';
  readonly act?: { readonly label: string; readonly run: () => void };
  /** Shows a bar that shrinks for so long. */
  readonly barMs?: number;
}

/** Also usable outside React: stores and shortcuts announce what they did. */
export const toasts = Toast.createToastManager<ToastData>();

const SHORT_MS = 6_000;
const LONG_MS = 12_000;

export function announce(
  title: string,
  data: ToastData & { readonly description?: string; readonly id?: string } = {},
) {
  const { description, id, ...rest } = data;
  return toasts.add({
    title,
    ...(description === undefined ? {} : { description }),
    ...(id === undefined ? {} : { id }),
    timeout: rest.barMs ?? (rest.act === undefined ? SHORT_MS : LONG_MS),
    data: rest,
  });
}

/** A failure that belongs to no form: what happened, what to do. */
export function announceFailure(thrown: unknown): void {
  const { code, message, hint } = asAppError(thrown);
  if (code === 'vault_locked') return; // the unlock screen says it
  toasts.add({ title: message, description: hint, timeout: LONG_MS, priority: 'high', data: { tone: 'bad' } });
}
