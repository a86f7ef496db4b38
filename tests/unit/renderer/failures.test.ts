import { expect, test, vi } from 'vitest';
import { announceFailure, toasts } from '../../../renderer/ui/toasts.ts';
import { afterAnswer, afterFailure, type Held } from '../../../renderer/usage/use-requests.ts';
import { AppError } from '../../../shared/errors.ts';

const failure = (message: string): AppError => new AppError('internal', message, 'Try again.');

test('what fails three times for one reason is said once', () => {
  const shown = new Set<string>();
  const add = vi.spyOn(toasts, 'add').mockImplementation(() => {
    const id = `toast-${add.mock.calls.length}`;
    shown.add(id);
    return id;
  });
  const close = vi.spyOn(toasts, 'close').mockImplementation((id) => void shown.delete(id ?? ''));
  try {
    for (const message of ['It did not answer.', 'It did not answer.', 'It is full.', 'It did not answer.']) {
      announceFailure(failure(message));
    }
    expect([...shown]).toEqual(['toast-3', 'toast-4']);
  } finally {
    add.mockRestore();
    close.mockRestore();
  }
});

test('an error of the list of calls goes with the next answer, and never stands over the calls of another question', () => {
  const list = { records: [], newer: [], zone: 'UTC', keptSince: null, remarks: [], hasMore: false };
  const held: Held = { key: 'a', list, next: null, error: null };
  const failed = afterFailure(held, 'a', failure('It did not answer.'));
  expect(failed).toMatchObject({ list, error: { message: 'It did not answer.' } });
  expect(afterAnswer(failed).error).toBeNull();
  expect(afterAnswer(held)).toBe(held);
  expect(afterFailure(held, 'b', failure('It did not answer.'))).toMatchObject({ key: 'b', list: null });
});
