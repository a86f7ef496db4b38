import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createMeter, type MeterOptions, type MeterResult } from '../../../../electron/core/usage/meter/meter.ts';

const SAMPLES = join(import.meta.dirname, '../../../fixtures/samples');
const sample = (file: string) => readFileSync(join(SAMPLES, file));
const tokens = z.int().optional();
const expected = z
  .object({
    cases: z.array(
      z.object({
        file: z.string(),
        model: z.string(),
        usage: z.null().optional(),
        input_uncached: tokens,
        cache_read: tokens,
        cache_write: tokens,
        cache_write_5m: tokens,
        cache_write_1h: tokens,
        output: tokens,
        reasoning: tokens,
        web_searches: tokens,
        error: z.string().optional(),
      }),
    ),
  })
  .parse(JSON.parse(sample('expected_usage.json').toString()));

const PATHS = { openai_chat: 'chat/completions', openai_responses: 'responses', anthropic_messages: 'v1/messages' };
function optionsFor(file: string): MeterOptions {
  const contentType = file.endsWith('.sse') ? 'text/event-stream; charset=utf-8' : 'application/json';
  const common = { method: 'POST', status: 200, contentType, unit: 'tokens' } as const;
  for (const [start, path] of Object.entries(PATHS)) {
    if (file.startsWith(start)) return { ...common, kind: file.startsWith('openai') ? 'openai' : 'anthropic', path };
  }
  return { ...common, kind: 'gemini', path: 'v1beta/models/gemini-3.8-flash:generateContent' };
}

function meterWhole(options: MeterOptions, pieces: readonly Uint8Array[]): MeterResult {
  const meter = createMeter(options);
  for (const piece of pieces) {
    // The pool that a socket reads into is used again: a meter that kept a view would read what came later.
    const lent = Buffer.from(piece);
    meter.push(lent);
    lent.fill(0x5a);
  }
  return meter.end('complete');
}

test.each(expected.cases)('$file is read as the fact sheet says', (wanted) => {
  const result = meterWhole(optionsFor(wanted.file), [sample(wanted.file)]);
  expect(result.model).toBe(wanted.model);
  expect(result.errorType).toBe(wanted.error ?? null);
  if (wanted.usage === null) {
    expect(result).toMatchObject({ measure: wanted.error === undefined ? 'missing' : 'incomplete', seen: false });
    return;
  }
  expect(result.measure).toBe(wanted.error === undefined ? 'measured' : 'incomplete');
  expect(result.tokens).toEqual({
    inputTokens: wanted.input_uncached,
    cacheReadTokens: wanted.cache_read,
    cacheWriteTokens: wanted.cache_write_5m ?? wanted.cache_write,
    cacheWriteLongTokens: wanted.cache_write_1h ?? 0,
    outputTokens: wanted.output,
    reasoningTokens: wanted.reasoning ?? 0,
  });
  expect(result.webSearches).toBe(wanted.web_searches ?? 0);
});

test.each(expected.cases.map(({ file }) => file))('%s is read the same cut into pieces at every place', (file) => {
  const bytes = sample(file);
  const options = optionsFor(file);
  const whole = meterWhole(options, [bytes]);
  for (let at = 0; at <= bytes.byteLength; at += 1) {
    const halves = [bytes.subarray(0, at), bytes.subarray(at)];
    expect(meterWhole(options, halves)).toEqual(whole);
  }
  const single = Array.from({ length: bytes.byteLength }, (_, at) => bytes.subarray(at, at + 1));
  expect(meterWhole(options, single)).toEqual(whole);
});

test('any way of cutting gives the same figures', () => {
  const files = expected.cases.map(({ file }) => file);
  fc.assert(
    fc.property(
      fc.constantFrom(...files),
      fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }),
      (file, sizes) => {
        const bytes = sample(file);
        const pieces: Buffer[] = [];
        for (let at = 0, n = 0; at < bytes.byteLength; n += 1) {
          const size = sizes[n % sizes.length] ?? 1;
          pieces.push(bytes.subarray(at, at + size));
          at += size;
        }
        expect(meterWhole(optionsFor(file), pieces)).toEqual(meterWhole(optionsFor(file), [bytes]));
      },
    ),
    { numRuns: 300 },
  );
});

test.each(expected.cases.filter(({ usage }) => usage === undefined).map(({ file }) => file))(
  '%s cut before its end is never taken for whole',
  (file) => {
    const bytes = sample(file);
    for (let at = 0; at < bytes.byteLength; at += 7) {
      const meter = createMeter(optionsFor(file));
      meter.push(bytes.subarray(0, at));
      expect(meter.end('cut').measure).toBe('incomplete');
    }
  },
);

test.each(expected.cases.map(({ file }) => file))('%s is read alike in pieces and at once, whole or cut', (file) => {
  const bytes = sample(file);
  for (let at = 0; at <= bytes.byteLength; at += at < bytes.byteLength - 11 ? 11 : 1) {
    const given = bytes.subarray(0, at);
    const meter = createMeter(optionsFor(file));
    meter.whole(given.toString('latin1'));
    expect(meter.end('complete')).toEqual(meterWhole(optionsFor(file), [given]));
  }
});

const LINE_ENDS = ['\n', '\r', '\r\n'];

test.each(expected.cases.map(({ file }) => file).filter((file) => file.endsWith('.sse')))(
  '%s is read alike whatever ends its lines, in any pieces',
  (file) => {
    const text = sample(file).toString();
    const whole = meterWhole(optionsFor(file), [Buffer.from(text)]);
    const lines = text.split('\n');
    const inPieces = (bytes: Buffer, size: number): Buffer[] =>
      Array.from({ length: Math.ceil(bytes.byteLength / size) }, (_, n) => bytes.subarray(n * size, (n + 1) * size));
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...LINE_ENDS), { minLength: 1, maxLength: 4 }),
        fc.constantFrom(1, 2, 3, 7, 64, 100_000),
        (ends, size) => {
          // A line that ends in CR and a blank one that ends in LF would be one line.
          const joined = lines.reduce((before, line, n) => {
            const end = ends[n % ends.length] ?? '';
            return `${before}${end.startsWith('\n') && before.endsWith('\r') ? '\r' : n === 0 ? '' : end}${line}`;
          }, '');
          expect(meterWhole(optionsFor(file), inPieces(Buffer.from(joined), size))).toEqual(whole);
        },
      ),
      {
        numRuns: 60,
        examples: [1, 100_000].flatMap((size) => LINE_ENDS.map((end): [string[], number] => [[end], size])),
      },
    );
  },
);

test('a byte order mark before the first line and a space after the colon are passed over, in any pieces, and need not be there', () => {
  const last = 'data: {"model":"gpt-6-luna","choices":[],"usage":{"prompt_tokens":10,"completion_tokens":2}}\n\n';
  const read = (text: string, size: number) => {
    const bytes = Buffer.from(text);
    const pieces = Array.from({ length: Math.ceil(bytes.byteLength / size) }, (_, n) =>
      bytes.subarray(n * size, (n + 1) * size),
    );
    return meterWhole(optionsFor('openai_chat.stream.sse'), pieces).measure;
  };
  for (const size of [1, 2, 1000]) {
    expect([read(`\ufeff${last}`, size), read(last, size)]).toEqual(['measured', 'measured']);
    expect([`data:${last.slice(6)}`, `data:  ${last.slice(6)}`].map((text) => read(text, size))).toEqual([
      'measured',
      'measured',
    ]);
    expect(read(`\n\ufeff${last}`, size)).not.toBe('measured');
    expect(read(`\ufeff\ufeff${last}`, size)).not.toBe('measured');
  }
});

test.each(LINE_ENDS)(
  'a blank line ends an event, broken or not; only lines named data are of it, where lines end in %j',
  (end) => {
    const text = [
      'data: {"choices":[{"broken":',
      '',
      'data: {"model":"gpt-6-luna",',
      'retry',
      'dat: }',
      'xata: }',
      'datas: }',
      'data: "choices":[],"usage":{"prompt_tokens":10,"completion_tokens":2}}',
      '',
      '',
    ].join(end);
    for (const size of [1, 3, 1000]) {
      const bytes = Buffer.from(text);
      const pieces = Array.from({ length: Math.ceil(bytes.byteLength / size) }, (_, n) =>
        bytes.subarray(n * size, (n + 1) * size),
      );
      const result = meterWhole(optionsFor('openai_chat.stream.sse'), pieces);
      expect(result).toMatchObject({ measure: 'measured', model: 'gpt-6-luna' });
      expect(result.tokens).toMatchObject({ inputTokens: 10, outputTokens: 2 });
    }
  },
);

test('a stream whose lines begin to end in CR alone later on is read on', () => {
  const text = sample('anthropic_messages.stream.sse').toString();
  const whole = meterWhole(optionsFor('anthropic_messages.stream.sse'), [Buffer.from(text)]);
  const later = Buffer.from(text.replaceAll('\n', '\r'));
  for (const before of [': wait\n\n', 'data: {"type":"ping"}\n\n', 'event: ping\n']) {
    const chunks = [before, before].map((each) => Buffer.from(each));
    expect(meterWhole(optionsFor('anthropic_messages.stream.sse'), [...chunks, later])).toEqual(whole);
  }
});

test.each(LINE_ENDS)(
  'events with %j, comments, several data lines, unknown fields and no last blank line are read',
  (end) => {
    const text = [
      '\ufeff: a comment',
      'retry: 10',
      'data: {"model":"gpt-6-luna",',
      'data:"choices":[{"delta":{"content":"say \\"usage\\": {\\"prompt_tokens\\": 9} and \\\\"}}]}',
      '',
      'id: 7',
      'event: whatever',
      'data: {"choices":[],',
      'data: "usage":{"prompt_tokens":10,"completion_tokens":2,',
      'data: "prompt_tokens_details":{"cached_tokens":4}}}',
    ].join(end);
    const bytes = Buffer.from(text);
    for (let at = 0; at <= bytes.byteLength; at += 1) {
      const result = meterWhole(optionsFor('openai_chat.stream.sse'), [bytes.subarray(0, at), bytes.subarray(at)]);
      expect(result).toMatchObject({ measure: 'measured', model: 'gpt-6-luna' });
      expect(result.tokens).toMatchObject({ inputTokens: 6, cacheReadTokens: 4, outputTokens: 2 });
    }
  },
);
