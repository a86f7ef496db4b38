import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatClientToken, newClientToken } from '../../../electron/core/endpoint/client-token.ts';
import { placeholderKey } from '../../../electron/core/endpoint/placeholder-key.ts';
import { presentedToken } from '../../../electron/core/endpoint/presented-token.ts';
import { Catalogue } from '../../../electron/core/providers/catalogue.ts';

const catalogue = Catalogue.load(join(import.meta.dirname, '../../../resources/providers'));
const token = newClientToken('live');
const text = formatClientToken(token);
const given = (name: string, value: string) =>
  presentedToken({ method: 'GET', target: '/proxy/openai/models', httpVersion: '1.1', headers: [{ name, value }] });
const kindOf = (provider: string, kind: string) => {
  const found = catalogue.get(provider).auth.find((each) => each.kind === kind);
  if (found === undefined) throw new Error('no such kind');
  return found;
};

const all = catalogue.all().flatMap(({ id, auth }) => auth.map((kind) => [`${id}/${kind.kind}`, kind] as const));

describe('a placeholder key', () => {
  test.each(all)('of %s gives its token back from whatever header it comes in', (_name, kind) => {
    const key = placeholderKey(kind, text);
    expect(key).toMatch(/^[\x21-\x7e]+$/);
    expect(given('authorization', `Bearer ${key}`)).toEqual({ kind: 'token', token });
    expect(given('x-api-key', key)).toEqual({ kind: 'token', token });
    const basic = Buffer.from(`${key}:`).toString('base64');
    expect(given('authorization', `Basic ${basic}`)).toEqual({ kind: 'token', token });
  });

  test('has the whole form of a key where that has room for a token', () => {
    const whole = all.filter(([, kind]) => {
      const key = placeholderKey(kind, text);
      return kind.formats.some(({ field, regex }) => field === kind.primary && new RegExp(`^(?:${regex})$`).test(key));
    });
    const names = whole.map(([name]) => name);
    for (const name of ['openai/api_key', 'openai/admin_key', 'anthropic/api_key']) expect(names).toContain(name);
    expect(placeholderKey(kindOf('openai', 'api_key'), text)).toContain('T3BlbkFJ');
  });

  test.each(
    all.flatMap(([name, kind]) => {
      const own = kind.formats.filter(({ field, generic }) => field === kind.primary && !generic);
      const starts = own.flatMap(({ prefix }) => (prefix === undefined ? [] : [prefix]));
      return starts.length === 0 ? [] : [[name, kind, starts] as const];
    }),
  )('of %s starts as its keys do', (_name, kind, starts) => {
    const key = placeholderKey(kind, text);
    const formats = kind.formats.filter(({ field }) => field === kind.primary);
    const isWhole = formats.some(({ regex }) => new RegExp(`^(?:${regex})$`).test(key));
    expect(isWhole || starts.some((start) => key.startsWith(start)), key.replace(text, 'TOKEN')).toBe(true);
  });

  test('of a form has what must be there, as often as it must be, and nothing that need not', () => {
    const kind = kindOf('openai', 'api_key');
    const [format] = kind.formats;
    if (format === undefined) throw new Error('no format');
    const keyOf = (regex: string) => placeholderKey({ ...kind, formats: [{ ...format, regex }] }, text);
    expect(keyOf('ab?c*(?:de)?f+[A-Za-z0-9_]+')).toBe(`af${text}`);
    expect(keyOf('a{2}(?:bc)+[A-Za-z0-9_]*')).toBe(`aabc${text}`);
    expect(keyOf('k[A-Za-z0-9_]{60,}')).toBe(`k${text.padEnd(60, 'x')}`);
  });

  test('with two tokens in it is none, and one with a character changed is none', () => {
    expect(given('x-api-key', `sk-${text}-${text}`)).toEqual({ kind: 'malformed' });
    const last = text.endsWith('0') ? '1' : '0';
    expect(given('x-api-key', `sk-${text.slice(0, -1)}${last}`)).toEqual({ kind: 'malformed' });
  });

  test('beside another token is one too many', () => {
    const headers = [
      { name: 'authorization', value: `Basic ${Buffer.from(`u:${text}`).toString('base64')}` },
      { name: 'x-api-key', value: `sk-ant-${text}` },
    ];
    const head = { method: 'GET', target: '/', httpVersion: '1.1', headers };
    expect(presentedToken(head)).toEqual({ kind: 'several' });
  });
});
