import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  askForUsage,
  MAX_ASKING_BODY_BYTES,
  mayAskForUsage,
} from '../../../electron/core/usage/include-usage/ask-for-usage.ts';
import { UsageRemover } from '../../../electron/core/usage/include-usage/usage-remover.ts';

const SAMPLE = readFileSync(join(import.meta.dirname, '../../fixtures/samples/openai_chat.stream.sse'));
const asked = (body: string) => askForUsage(Buffer.from(body))?.toString() ?? null;

test('usage is asked for by one member and no other byte changes', () => {
  expect(asked('{"model":"m","stream":true}')).toBe(
    '{"model":"m","stream":true,"stream_options":{"include_usage":true}}',
  );
  // 64-bit seeds and odd spacing survive, which a parse and a rewrite would not let them.
  expect(asked(' { "seed" : 12345678901234567890 ,\n "stream": true } ')).toBe(
    ' { "seed" : 12345678901234567890 ,\n "stream": true,"stream_options":{"include_usage":true} } ',
  );
  expect(asked('{"stream_options":null,"stream":true}')).toBe(
    '{"stream_options":{"include_usage":true},"stream":true}',
  );
  expect(asked('{"stream":true,"stream_options":{}}')).toBe('{"stream":true,"stream_options":{"include_usage":true}}');
  expect(asked('{"stream":true,"stream_options":{"include_obfuscation": false }}')).toBe(
    '{"stream":true,"stream_options":{"include_obfuscation": false,"include_usage":true }}',
  );
  expect(asked('{"stream":true,"stream_options":{"include_usage":false}}')).toBe(
    '{"stream":true,"stream_options":{"include_usage":true}}',
  );
});

test.each([
  ['the client asks itself', '{"stream":true,"stream_options":{"include_usage":true}}'],
  ['it does not stream', '{"stream":false}'],
  ['the last of two says it does not stream', '{"stream":true,"stream":false}'],
  ['nothing says it streams', '{"messages":[{"stream":true}]}'],
  ['two stream_options', '{"stream":true,"stream_options":{},"stream_options":{}}'],
  [
    'one option that stands there twice',
    '{"stream":true,"stream_options":{"include_usage":false,"include_usage":true}}',
  ],
  ['a name that is written with escapes', '{"\\u0073tream":true}'],
  ['options of another kind', '{"stream":true,"stream_options":7}'],
  ['no JSON', 'stream=true'],
  ['a cut object', '{"stream":true'],
  ['a list', '[{"stream":true}]'],
  ['something after the object', '{"stream":true} x'],
  ['nothing', ''],
])('a body is left alone: %s', (_, body) => expect(asked(body)).toBeNull());

test('a short body is asked as a long one is, wherever its members stand and however they are written', () => {
  const stream = fc.constantFrom('"stream"', '"\\u0073tream"', '"strea\\u006D"', '"streams"', '"m"', '"\\\\u"', '"am"');
  const value = fc.constantFrom('true', 'false', '"stream"', '"m\\"m"', '"\\\\"');
  const members = fc.array(fc.tuple(stream, value, fc.nat(3)), { maxLength: 5 });
  const long = ' '.repeat(600);
  fc.assert(
    fc.property(members, fc.nat(1), (given, spaces) => {
      const text = given.map(([name, is, gap]) => `${name}:${' '.repeat(gap)}${is}`).join(',');
      const body = `${' '.repeat(spaces)}{${text}}`;
      const expected = asked(`${long}${body}`);
      expect(asked(body)).toBe(expected === null ? null : expected.slice(long.length));
    }),
    { numRuns: 2000 },
  );
});

test('a body over 4 MiB is left alone', () => {
  const body = (bytes: number) => Buffer.from(`{"stream":true,"a":"${'x'.repeat(bytes - 22)}"}`);
  expect(body(MAX_ASKING_BODY_BYTES).byteLength).toBe(MAX_ASKING_BODY_BYTES);
  expect(askForUsage(body(MAX_ASKING_BODY_BYTES))).not.toBeNull();
  expect(askForUsage(body(MAX_ASKING_BODY_BYTES + 1))).toBeNull();
});

test('only chat completions in JSON are asked', () => {
  expect(mayAskForUsage('POST', 'chat/completions', 'application/json; charset=utf-8')).toBe(true);
  expect(mayAskForUsage('POST', 'openai/deployments/d/chat/completions', 'application/json')).toBe(true);
  expect(mayAskForUsage('GET', 'chat/completions', 'application/json')).toBe(false);
  expect(mayAskForUsage('POST', 'responses', 'application/json')).toBe(false);
  expect(mayAskForUsage('POST', 'chat/completions', 'multipart/form-data')).toBe(false);
  expect(mayAskForUsage('POST', 'chat/completions', null)).toBe(false);
});

function through(bytes: Buffer, sizes: readonly number[]): string {
  const remover = new UsageRemover();
  const out: Buffer[] = [];
  for (let at = 0, n = 0; at < bytes.byteLength; n += 1) {
    const size = sizes[n % sizes.length] ?? 1;
    const lent = Buffer.from(bytes.subarray(at, at + size));
    for (const piece of remover.push(lent)) out.push(Buffer.from(piece));
    lent.fill(0x5a);
    at += size;
  }
  for (const piece of remover.end()) out.push(Buffer.from(piece));
  return Buffer.concat(out).toString();
}

test('the sample stream loses its extra chunk and its nulls, and nothing else', () => {
  const bytes = SAMPLE;
  const events = bytes.toString().split(/(?<=\n\n)/);
  const wanted = events
    .filter((event) => !event.includes('"choices":[]'))
    .join('')
    .replaceAll('"usage":null,', '');
  expect(wanted).not.toContain('"usage"');
  for (let size = 1; size <= bytes.byteLength; size += 1) expect(through(bytes, [size])).toBe(wanted);
});

/** Events as they are without the question, and what the provider sends because of it. */
const lineEnd = fc.constantFrom('\n', '\r\n');
const space = fc.constantFrom('', ' ');
const text = fc.string({ unit: 'grapheme', maxLength: 20 }).map((value) => `${value}"usage":null, \\"`);
const other = fc.dictionary(
  fc.stringMatching(/^[a-z_]{1,8}$/).filter((name) => name !== 'usage' && name !== '__proto__'),
  fc.oneof(
    text,
    fc.integer(),
    fc.constant(null),
    fc.array(text, { maxLength: 2 }),
    fc.record({ usage: fc.constant(null) }),
  ),
  { minKeys: 1, maxKeys: 4 },
);
const event = fc.oneof(
  fc.record({ kind: fc.constant('chunk' as const), members: other, at: fc.nat(4), space, lineEnd, id: fc.boolean() }),
  fc.record({ kind: fc.constant('extra' as const), space, lineEnd }),
  fc.record({
    kind: fc.constant('same' as const),
    text: fc.constantFrom(
      ': OPENROUTER PROCESSING\n\n',
      'data: [DONE]\n\n',
      'event: x\ndata: {"usage":null,\ndata: "a":1}\n\n',
      'data: {"choices":[{"index":0}],"usage":{"prompt_tokens":1}}\n\n',
      'data: {"error":{"message":"\\"usage\\":null"}}\r\n\r\n',
      'data: {"choices":[],"usage":\n\n',
      '\n\r\n\n',
    ),
  }),
);

test('whatever the stream and its pieces, the bytes are those of a stream that was not asked', () => {
  fc.assert(
    fc.property(
      fc.array(event, { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 6 }),
      fc.constantFrom('', 'data: {"choices":[],"us', 'data: {"a":1,"usage":null}'),
      (events, sizes, rest) => {
        let plain = '';
        let sent = '';
        for (const one of events) {
          if (one.kind === 'same') {
            plain += one.text;
            sent += one.text;
          } else if (one.kind === 'extra') {
            sent += `data: {"choices":[${one.space}],${one.space}"usage":{"prompt_tokens":1}}${one.lineEnd}${one.lineEnd}`;
          } else {
            const members = Object.entries(one.members).map(
              ([name, value]) => `"${name}":${one.space}${JSON.stringify(value)}`,
            );
            const write = (all: readonly string[]) =>
              `${one.id ? `id: 1${one.lineEnd}` : ''}data:${one.space}{${all.join(`,${one.space}`)}}${one.lineEnd}${one.lineEnd}`;
            plain += write(members);
            sent += write(members.toSpliced(one.at, 0, `"usage":${one.space}null`));
          }
        }
        expect(through(Buffer.from(sent + rest), sizes)).toBe(plain + rest);
        const inCr = (text: string) => text.replaceAll(/\r?\n/g, '\r');
        expect(through(Buffer.from(inCr(sent) + rest), sizes)).toBe(inCr(plain) + rest);
      },
    ),
    { numRuns: 600 },
  );
});

test('a stream whose lines end in CR alone loses its extra chunk and its nulls too, in pieces of any size', () => {
  const inCr = (text: string) => text.replaceAll('\n', '\r');
  const wanted = inCr(
    SAMPLE.toString()
      .split(/(?<=\n\n)/)
      .filter((event) => !event.includes('"choices":[]'))
      .join('')
      .replaceAll('"usage":null,', ''),
  );
  const bytes = Buffer.from(inCr(SAMPLE.toString()));
  for (let size = 1; size <= bytes.byteLength; size += 1) expect(through(bytes, [size])).toBe(wanted);
});

test('each event of lines that end in CR alone goes on as soon as it is whole', () => {
  const remover = new UsageRemover();
  const push = (text: string) => Buffer.concat(remover.push(Buffer.from(text))).toString();
  expect(push('data: {"a":1,"usage":null}\r')).toBe('');
  expect(push('\r')).toBe('data: {"a":1}\r\r');
  expect(push('data: {"choices":[],"usage":{"prompt_tokens":1}}\r\rdata: [DONE]\r')).toBe('');
  expect(push('\r')).toBe('data: [DONE]\r\r');
  expect(remover.end()).toEqual([]);
});

test.each([1, 5, 10_000])(
  'a stream of lines that end in one way, then in another, is not held: pieces of %d',
  (bytes) => {
    const stream = Buffer.from(`: begins\rdata: {"a":1,"usage":null}\n\ndata: {"a":2}\r\n\r\n`);
    const remover = new UsageRemover();
    const out: Buffer[] = [];
    for (let at = 0; at < stream.byteLength; at += bytes) {
      out.push(Buffer.concat(remover.push(stream.subarray(at, at + bytes))));
    }
    expect(Buffer.concat(out).equals(stream)).toBe(true);
    expect(remover.end()).toEqual([]);
  },
);

test('an event too long for a chunk passes before its first line ends, and the next one is read', () => {
  const remover = new UsageRemover();
  const long = Buffer.alloc(1024 * 1024 + 1, 'a');
  expect(Buffer.concat(remover.push(long)).byteLength).toBe(long.byteLength);
  const rest = remover.push(Buffer.from('\r\rdata: {"choices":[],"usage":{"prompt_tokens":1}}\r\rdata: [DONE]\r\r'));
  expect(Buffer.concat(rest).toString()).toBe('\r\rdata: [DONE]\r\r');
});

test('an endless event passes with bounded memory', () => {
  const remover = new UsageRemover();
  let sent = 0;
  const piece = Buffer.alloc(64 * 1024, 'a');
  for (let n = 0; n < 64; n += 1) for (const part of remover.push(piece)) sent += part.byteLength;
  expect(64 * piece.byteLength - sent).toBeLessThanOrEqual(1024 * 1024);
  const rest = Buffer.concat([...remover.push(Buffer.from('\n\ndata: {"a":1,"usage":null}\n\n')), ...remover.end()]);
  expect(rest.toString()).toBe('\n\ndata: {"a":1}\n\n');
});
