import { expect, test } from 'vitest';
import { newRequestId } from '../../../electron/core/usage/request-id.ts';

test('ids are 16 characters that need no escaping, and never the same twice', () => {
  const ids = Array.from({ length: 5000 }, () => newRequestId());
  expect(new Set(ids).size).toBe(5000);
  expect(ids.every((id) => /^[A-Za-z0-9_-]{16}$/.test(id))).toBe(true);
});
