import { describe, expect, test } from 'vitest';
import type { CacheRule } from '../../../shared/contract/routing.ts';
import { type CacheRequest, MAX_ENTRY_BYTES, ResponseCache } from '../../../electron/core/routing/response-cache.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const rule: CacheRule = { maxSeconds: 600, evenPrivate: false };
const always: CacheRule = { maxSeconds: 600, evenPrivate: true };
const request = (changes: Partial<CacheRequest> = {}): CacheRequest => ({
  method: 'GET',
  url: 'https://api.example.com/models',
  headers: new Map([['accept', 'application/json']]),
  credential: 'a/1',
  shape: '',
  ...changes,
});

function setUp() {
  const clock = new FakeClock();
  const cache = new ResponseCache(clock);
  const keep = (
    headers: Record<string, string>,
    { by = rule, asked = request(), status = 200, body = 'models' } = {},
  ) => {
    const entry = cache.begin(asked, by, { status, headers });
    entry?.head(['content-type', 'application/json']);
    entry?.chunk(Buffer.from(body));
    entry?.done();
    return entry !== null;
  };
  return { clock, cache, keep };
}

describe('without the owner’s word', () => {
  test.each([
    ['public', { 'cache-control': 'public, max-age=60' }, true],
    ['s-maxage', { 'cache-control': 's-maxage=60' }, true],
    [
      'must-revalidate: it says nothing of other credentials',
      { 'cache-control': 'must-revalidate, max-age=60' },
      false,
    ],
    ['max-age alone: the answer may depend on the credential', { 'cache-control': 'max-age=60' }, false],
    ['private', { 'cache-control': 'private, max-age=60' }, false],
    ['no-store', { 'cache-control': 'no-store, public, max-age=60' }, false],
    ['no-cache', { 'cache-control': 'no-cache, public' }, false],
    ['nothing', {}, false],
    ['public without an age', { 'cache-control': 'public' }, false],
    [
      'an old Last-Modified: nobody guesses',
      { 'cache-control': 'public', 'last-modified': 'Tue, 01 Jan 2030 00:00:00 GMT' },
      false,
    ],
    ['Vary: *', { 'cache-control': 'public, max-age=60', vary: '*' }, false],
  ])('%s', (_, headers, isKept) => {
    const { cache, keep } = setUp();
    keep(headers);
    expect(cache.find(request(), rule) !== null).toBe(isKept);
  });
});

describe('with the owner’s word', () => {
  test.each([
    ['private', { 'cache-control': 'private, max-age=60' }, true],
    ['nothing', {}, true],
    ['no-store', { 'cache-control': 'no-store' }, false],
    ['no-cache', { 'cache-control': 'no-cache' }, false],
  ])('%s', (_, headers, isKept) => {
    const { cache, keep } = setUp();
    keep(headers, { by: always });
    expect(cache.find(request(), always) !== null).toBe(isKept);
  });
});

describe('an answer that is kept', () => {
  const fresh = { 'cache-control': 'public, max-age=60' };

  test.each([
    ['max-age', { 'cache-control': 'private, max-age=60' }],
    ['Expires', { expires: 'Tue, 15 Jan 2030 12:01:00 GMT' }],
  ])('with the owner’s word is good no longer than %s says', (_, headers) => {
    const { clock, cache, keep } = setUp();
    keep(headers, { by: always });
    clock.advance(59_000);
    expect(cache.find(request(), always)).not.toBeNull();
    clock.advance(1_000);
    expect(cache.find(request(), always)).toBeNull();
  });

  test.each([
    ['forbidden to store', { 'cache-control': 'no-store, public, max-age=60' }],
    ['stale from the beginning', { 'cache-control': 'public, max-age=0' }],
    ['of no known age', { 'cache-control': 'public' }],
  ])('is none that is %s: no copy is made of it', (_, headers) => {
    expect(setUp().keep(headers)).toBe(false);
  });

  test('is not given to those for whom its head looks different', () => {
    const { cache, keep } = setUp();
    keep(fresh);
    expect(cache.find(request({ shape: 'Ab3dEf9hIj' }), rule)).toBeNull();
  });

  test('tells its age once, however old the provider said that it was', () => {
    const { clock, cache } = setUp();
    const entry = cache.begin(request(), rule, { status: 200, headers: { ...fresh, age: '5' } });
    entry?.head(['age', '5', 'x-about', 'age']);
    entry?.done();
    clock.advance(10_000);
    expect(cache.find(request(), rule)?.headers).toEqual(['x-about', 'age', 'age', '15']);
  });

  test('is given with its age, and only as long as the provider says', () => {
    const { clock, cache, keep } = setUp();
    keep(fresh);
    clock.advance(10_000);
    const found = cache.find(request(), rule);
    expect(found).toMatchObject({ status: 200, headers: ['content-type', 'application/json', 'age', '10'] });
    expect(found?.body.toString()).toBe('models');
    clock.advance(50_000);
    expect(cache.find(request(), rule)).toBeNull();
  });

  test('is kept no longer than the owner says', () => {
    const { clock, cache, keep } = setUp();
    keep({ 'cache-control': 'public, max-age=6000' });
    clock.advance(599_999);
    expect(cache.find(request(), rule)).not.toBeNull();
    clock.advance(1);
    expect(cache.find(request(), rule)).toBeNull();
  });

  test('is never given to another credential or another version of it', () => {
    const { cache, keep } = setUp();
    keep(fresh, { by: always });
    expect(cache.find(request({ credential: 'a/2' }), always)).toBeNull();
    expect(cache.find(request({ credential: 'b/1' }), always)).toBeNull();
  });

  test('is not given where the request differs in what it varies by', () => {
    const { cache, keep } = setUp();
    keep({ ...fresh, vary: 'accept' });
    expect(cache.find(request(), rule)).not.toBeNull();
    expect(cache.find(request({ headers: new Map([['accept', 'text/csv']]) }), rule)).toBeNull();
  });

  test.each(['range', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-range'])(
    'is passed over where the client sends %s',
    (name) => {
      const { cache, keep } = setUp();
      keep(fresh);
      expect(cache.find(request({ headers: new Map([[name, 'x']]) }), rule)).toBeNull();
    },
  );

  test('is passed over where the client says no-cache', () => {
    const { cache, keep } = setUp();
    keep(fresh);
    const headers = new Map([
      ['accept', 'application/json'],
      ['cache-control', 'no-cache'],
    ]);
    expect(cache.find(request({ headers }), rule)).toBeNull();
  });

  test('is no other than 200 and 203, of GET', () => {
    const { cache, keep } = setUp();
    for (const status of [201, 204, 206, 301, 404, 500]) expect(keep(fresh, { status })).toBe(false);
    for (const method of ['POST', 'HEAD', 'DELETE']) expect(keep(fresh, { asked: request({ method }) })).toBe(false);
    expect(cache.find(request(), rule)).toBeNull();
  });

  test('is whole: one that broke off or is too long is not kept', () => {
    const { cache, keep } = setUp();
    cache.begin(request(), rule, { status: 200, headers: fresh })?.chunk(Buffer.from('half'));
    expect(cache.find(request(), rule)).toBeNull();
    keep(fresh, { body: 'x'.repeat(MAX_ENTRY_BYTES + 1) });
    expect(cache.find(request(), rule)).toBeNull();
    keep(fresh, { body: 'x'.repeat(MAX_ENTRY_BYTES) });
    expect(cache.find(request(), rule)?.body).toHaveLength(MAX_ENTRY_BYTES);
  });

  test('is gone after a change at its address, and after a lock, with its bytes wiped', () => {
    const { cache, keep } = setUp();
    keep(fresh);
    cache.invalidate(request());
    expect(cache.find(request(), rule)).toBeNull();
    keep(fresh);
    const body = cache.find(request(), rule)?.body;
    cache.drop();
    expect(cache.find(request(), rule)).toBeNull();
    expect(body?.every((byte) => byte === 0)).toBe(true);
  });

  test('does not let memory grow without end', () => {
    const { cache, keep } = setUp();
    const body = 'x'.repeat(MAX_ENTRY_BYTES - 10_000);
    for (let at = 0; at < 40; at += 1) keep(fresh, { asked: request({ url: `https://api.example.com/${at}` }), body });
    expect(cache.find(request({ url: 'https://api.example.com/0' }), rule)).toBeNull();
    expect(cache.find(request({ url: 'https://api.example.com/39' }), rule)).not.toBeNull();
  });
});
