import { expect, test } from 'vitest';
import { answerForm } from '../../../../electron/core/usage/meter/answer-form.ts';

const CHAT = '/chat/completions';
const JSON_TYPE = 'application/json';

test('a form is told anew when any of what it follows from is another', () => {
  const first = answerForm('openai', CHAT, JSON_TYPE);
  expect(answerForm('openai', CHAT, JSON_TYPE)).toBe(first);
  expect(answerForm('none', CHAT, JSON_TYPE).plan).not.toBe(first.plan);
  expect(answerForm('none', '/messages', JSON_TYPE).isAnthropic).toBe(true);
  expect(answerForm('none', '/messages', 'text/event-stream').isStream).toBe(true);
  expect(answerForm('openai', CHAT, JSON_TYPE)).toEqual(first);
});

test('only what can hold JSON is read; what tells no type may', () => {
  const isRead = (contentType: string | null) => answerForm('openai', CHAT, contentType).isReadable;
  expect([null, 'text/plain', 'application/x-ndjson', 'text/event-stream'].map(isRead)).toEqual(Array(4).fill(true));
  expect(['audio/mpeg', 'text/html', ''].map(isRead)).toEqual(Array(3).fill(false));
});
