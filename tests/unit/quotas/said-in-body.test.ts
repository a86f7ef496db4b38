import { expect, test } from 'vitest';
import { saidInBody } from '../../../electron/core/quotas/said-in-body.ts';

const CHAT = 'chat/completions';
const said = (body: string, path = CHAT) => saidInBody(path, Buffer.from(body));
const filler = (bytes: number) => '-'.repeat(bytes);

test('in a long body the model is what stands near an end; only where none does, what stands between', () => {
  const inner = `"tool": {"model": "inner"}`;
  const long = (start: string, end: string) =>
    said(`{${start} "a": "${filler(3000)}", ${inner}, "b": "${filler(3000)}"${end}}`);
  expect(long('"model": "first",', '').models).toEqual(['first']);
  expect(long('', ', "model": "last"').models).toEqual(['last']);
  expect(long('"model": "first",', ', "model": "last"').models).toEqual(['first', 'last']);
  expect(long('', '').models).toEqual(['inner']);
  expect(said(`{"model": "first", ${inner}}`).models).toEqual(['first', 'inner']);
});

test('what is allowed is found wherever it stands, and of several figures the largest; answers only near an end', () => {
  const middle = (members: string) => said(`{"a": "${filler(3000)}", ${members}, "b": "${filler(3000)}"}`);
  expect(middle('"max_tokens": 7, "max_completion_tokens": 9, "max_output_tokens": 8').output).toBe(9);
  expect(middle('"n": 5, "max_tokens": 7').output).toBe(7);
  expect(said(`{"n": 5, "max_tokens": 7, "b": "${filler(5000)}"}`).output).toBe(35);
  expect(said(`{"b": "${filler(5000)}", "n": 5, "max_tokens": 7}`).output).toBe(35);
});

test('answers multiply where a way of asking has them, and never to nothing', () => {
  expect(said('{"n": 5, "max_tokens": 7}', 'responses').output).toBe(7);
  expect(said('{"n": 5, "max_tokens": 7}', 'completions').output).toBe(35);
  expect(said('{"n": 0, "max_tokens": 7}').output).toBe(7);
  expect(said('{"n": 5}')).toEqual({ models: [], output: null });
});

test('what Gemini calls its members counts on its paths alone', () => {
  const body = '{"generationConfig": {"maxOutputTokens": 6, "candidateCount": 3}, "n": 9}';
  expect(said(body, 'models/gemini-x:generateContent')).toEqual({ models: ['gemini-x'], output: 18 });
  expect(said(body)).toEqual({ models: [], output: null });
});

test('members that look alike are looked at so often and no more', () => {
  const after = (count: number) => said(`{${`"my_tokens": "${filler(250)}", `.repeat(count)}"max_tokens": 7}`).output;
  expect([after(31), after(32)]).toEqual([7, null]);
});
