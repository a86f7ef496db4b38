import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ownProviderProblems } from '../../../shared/own-provider-rules.ts';
import { providerDescriptor } from '../../../shared/provider/descriptor.ts';

const FILE = readFileSync(join(import.meta.dirname, '../../fixtures/own-provider.json'), 'utf8');
interface Entry {
  baseUrl: Record<string, unknown>;
  auth: Record<string, unknown>[];
  checks: Record<string, unknown>[];
  accountApis?: Record<string, unknown>[];
}

/** The fixture with changes made to it, where the schema lets them pass. */
function problems(change: (entry: Entry) => void): string[] {
  const entry = JSON.parse(FILE) as Entry;
  change(entry);
  return ownProviderProblems(providerDescriptor.parse(entry));
}
const kind = (more: object) => (entry: Entry) => void Object.assign(entry.auth[0] ?? {}, more);
const pattern = (regex: string) =>
  problems(kind({ formats: [{ field: 'api_key', label: 'key', regex, prefix: 'acme_' }] }));

test('a file that asks for nothing of this is fine', () => {
  expect(problems(() => undefined)).toEqual([]);
});

describe('a pattern', () => {
  test.each([
    'acme_[0-9a-f]{32}',
    '[a-z]+-[0-9]*',
    'acme_.{20,40}',
    '(?:live|test)_[a-z]+',
    '(?:eu_)?[a-z]+(?:-[0-9]{4})?',
    '(?<part>a)b+',
    'a?b?c?d?e?f?g+h+', // eight in all, two of them without end
    'a{2}b{2}c{2}d{9}e+', // as many as are said, no more and no less: not variable
    String.raw`a\+b\*c\+d\*`,
    '[+*?]x[+*]y[{1,2}]',
    String.raw`[\]+*+]a+b+`,
  ])('%s may be tried', (regex) => {
    expect(pattern(regex)).toEqual([]);
  });

  test.each([
    '(a+)+b',
    '(a+)*b',
    '(?:a|aa){2,}',
    '(?:ab){3}',
    'a+b+c+',
    'a*b+c{1,9}',
    'a{1,}b{2,3}c{0,4}',
    'a?b?c?d?e?f?g?h+i+',
    '[^](a+)+[b]', // a set of everything, which is over after its second bracket
    '[](a+)+[b]', // and one of nothing
    String.raw`[\]](a+)+`,
    String.raw`\[(a+)+\]`,
  ])('%s repeats too much', (regex) => {
    expect(pattern(regex)).toEqual(['api_key: a pattern repeats too much to be tried safely']);
  });
});

describe('a variable', () => {
  test.each(['PATH', 'BASH_ENV', 'BASHOPTS', 'LD_PRELOAD', 'NODE_OPTIONS', 'HTTPS_PROXY', 'PS4', 'OPENSSL_CONF'])(
    '%s steers other programs, for a secret and for the base URL',
    (name) => {
      expect(problems(kind({ environment: [{ field: 'api_key', names: ['ACME_KEY', name] }] }))).toEqual([
        `api_key: the variable ${name} steers other programs`,
      ]);
      expect(problems((entry) => (entry.baseUrl['environment'] = ['ACME_URL', name]))).toEqual([
        `the variable ${name} steers other programs`,
      ]);
    },
  );

  test.each(['MY_PATH', 'PATHS', 'PS5', 'ACME_HTTP_PROXY_KEY'])('%s does not', (name) => {
    expect(problems(kind({ environment: [{ field: 'api_key', names: [name] }] }))).toEqual([]);
  });

  // curl and many others take the address of a proxy from these, before those in capitals.
  test.each(['https_proxy', 'http_proxy', 'A=B', ''])('%j is the name of none', (name) => {
    expect(() => problems((entry) => (entry.baseUrl['environment'] = [name]))).toThrow(/Invalid string/);
    expect(() => problems(kind({ environment: [{ field: 'api_key', names: [name] }] }))).toThrow(/Invalid string/);
  });
});

describe('a header', () => {
  const refused = 'the header Host is not one to set';

  test('that says where a message goes is not one to set, for a secret or in a request', () => {
    expect(problems(kind({ send: [{ where: 'header', name: 'Host', value: '{api_key}' }] }))).toEqual([refused]);
    expect(problems((entry) => Object.assign(entry.checks[1] ?? {}, { headers: { Accept: 'a', Host: 'b' } }))).toEqual([
      refused,
    ]);
  });

  const connection = [
    'connection',
    'keep-alive',
    'TE',
    'trailer',
    'upgrade',
    'proxy-connection',
    'proxy-authorization',
  ];
  const message = ['Content-Length', 'transfer-encoding', 'expect', 'accept-encoding'];
  test.each([...connection, ...message])('%s is none either, however it is written', (name) => {
    expect(problems(kind({ send: [{ where: 'header', name, value: '{api_key}' }] }))).toHaveLength(1);
  });

  test('of another name is', () => {
    expect(problems(kind({ send: [{ where: 'query', name: 'host', value: '{api_key}' }] }))).toEqual([]);
    expect(problems((entry) => Object.assign(entry.checks[1] ?? {}, { headers: { Accept: 'a' } }))).toEqual([]);
  });
});

test('what is wrong in two places is said once', () => {
  expect(
    problems((entry) => {
      for (const check of entry.checks) check['baseUrl'] = 'https://elsewhere.example.com';
      Object.assign(entry.checks[0] ?? {}, { headers: { Host: 'a' } });
      Object.assign(entry.checks[1] ?? {}, { headers: { Host: 'b' } });
    }),
  ).toEqual([
    'old: a request to another place than the base URL is for built-in providers',
    'the header Host is not one to set',
    'account: a request to another place than the base URL is for built-in providers',
  ]);
});

// Those of the program may do what a file may not.
describe('the descriptor of', () => {
  const builtIn = (id: string) =>
    ownProviderProblems(
      providerDescriptor.parse(
        JSON.parse(readFileSync(join(import.meta.dirname, `../../../resources/providers/${id}.json`), 'utf8')),
      ),
    ).join('\n');

  test.each([
    ['mcp', 'a file names no programs'],
    ['azure_openai', 'access tokens from another server are for built-in providers'],
    ['twilio', 'a request to another place than the base URL is for built-in providers'],
  ])('%s would not do as a file: %s', (id, problem) => {
    expect(builtIn(id)).toContain(problem);
  });

  test('email is at fault in that alone: its checks are no requests, with neither place nor headers', () => {
    expect(builtIn('email')).toBe('xoauth2: access tokens from another server are for built-in providers');
  });
});

test('a secret that is a whole URL is for built-in providers', () => {
  expect(
    problems(kind({ send: [{ where: 'url', field: 'api_key', prefixes: ['https://api.acme-search.com/'] }] })),
  ).toContain('api_key: a whole URL as the secret is for built-in providers');
});
