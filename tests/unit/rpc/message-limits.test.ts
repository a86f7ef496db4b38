import { expect, test } from 'vitest';
import {
  checkLimits,
  MAX_ARRAY_ITEMS,
  MAX_DEPTH,
  MAX_STRING_BYTES,
  MAX_TOTAL_BYTES,
} from '../../../electron/rpc/message-limits.ts';

function nested(depth: number): unknown {
  return depth === 0 ? 1 : { in: nested(depth - 1) };
}

/** So many bytes as they are counted: 8 for the object and for the list, and the name. */
function weighing(bytes: number): unknown {
  const whole = new Array<string>(15).fill('x'.repeat(MAX_STRING_BYTES));
  return { items: [...whole, 'x'.repeat(bytes - 8 - 'items'.length - 8 - 15 * MAX_STRING_BYTES)] };
}

test.each([
  ['nothing', {}],
  ['1 MiB in all', weighing(MAX_TOTAL_BYTES)],
  ['a text of 64 KiB', { value: 'x'.repeat(MAX_STRING_BYTES) }],
  ['a list of 1,000', { items: new Array(MAX_ARRAY_ITEMS).fill(1) }],
  ['an object of 1,000 members', Object.fromEntries(new Array(MAX_ARRAY_ITEMS).fill(1).map((one, at) => [at, one]))],
  ['eight levels', nested(MAX_DEPTH)],
  ['the largest safe integer', { n: Number.MAX_SAFE_INTEGER }],
  ['a fraction', { n: 0.5 }],
  ['an optional member left undefined', { a: undefined, b: null, c: true }],
  ['an object without a prototype', Object.assign(Object.create(null) as object, { a: 1 })],
])('%s is within bounds', (_what, message) => {
  expect(() => checkLimits(message)).not.toThrow();
});

test.each([
  ['a text of more than 64 KiB', { value: 'x'.repeat(MAX_STRING_BYTES + 1) }],
  ['a text of more than 64 KiB in UTF-8', { value: 'é'.repeat(MAX_STRING_BYTES / 2 + 1) }],
  ['a name of more than 64 KiB', { ['x'.repeat(MAX_STRING_BYTES + 1)]: 1 }],
  ['a list of 1,001', { items: new Array(MAX_ARRAY_ITEMS + 1).fill(1) }],
  [
    'an object of 1,001 members',
    Object.fromEntries(new Array(MAX_ARRAY_ITEMS + 1).fill(1).map((one, at) => [at, one])),
  ],
  ['nine levels', nested(MAX_DEPTH + 1)],
  ['nine levels of lists', [[[[[[[[[1]]]]]]]]]],
  ['an unsafe integer', { n: Number.MAX_SAFE_INTEGER + 2 }],
  ['NaN', { n: Number.NaN }],
  ['infinity', { n: Number.POSITIVE_INFINITY }],
  ['a bigint', { n: 1n }],
  ['a function', { f: () => 1 }],
  ['a date', { d: new Date(0) }],
  ['a map', { m: new Map() }],
  ['bytes', { b: Buffer.alloc(1) }],
  ['an inherited object', { o: Object.create({ a: 1 }) as unknown }],
  ['a computed member', Object.defineProperty({}, 'a', { get: () => 1, enumerable: true })],
  ['a symbol', { [Symbol('s')]: 1 }],
  ['__proto__ as data', JSON.parse('{"__proto__":{"a":1}}') as unknown],
  ['constructor as data', { fields: { constructor: 'x' } }],
  ['more than 1 MiB of small things', new Array(MAX_ARRAY_ITEMS).fill(new Array(140).fill(true))],
  ['prototype as data', { fields: { prototype: 'x' } }],
  ['a hidden computed member', Object.defineProperty({}, 'a', { get: () => 1, enumerable: false })],
  ['a byte more than 1 MiB', weighing(1024 * 1024 + 1)],
  ['more than 1 MiB in all', { items: new Array(17).fill('x'.repeat(MAX_STRING_BYTES)) }],
])('%s is refused', (_what, message) => {
  expect(() => checkLimits(message)).toThrow(expect.objectContaining({ code: 'invalid_input' }));
});

test('the refusal repeats nothing of the message', () => {
  const secret = 'AKIA'.padEnd(MAX_STRING_BYTES + 1, 'Q');
  expect(() => checkLimits({ [secret]: secret })).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('AKIA') as unknown }),
  );
});
