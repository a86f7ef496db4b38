import { describe, expect, it } from 'vitest';
import { providerDescriptor } from '../../../shared/provider/descriptor.ts';

type Json = Record<string, unknown>;

const field = { name: 'api_key', label: 'API key', secret: true, required: true };
const kind = {
  kind: 'api_key',
  label: 'API key',
  primary: 'api_key',
  fields: [field],
  send: [{ where: 'header', name: 'Authorization', value: 'Bearer {api_key}' }],
  environment: [{ field: 'api_key', names: ['ACME_API_KEY'] }],
  formats: [{ field: 'api_key', label: 'API key', regex: 'acme_[a-z]{8}' }],
};
const check = { id: 'me', for: ['api_key'], method: 'GET', path: '/me', costMicroUsd: 0, proves: 'It works.' };
const whole = {
  schema: 'keyharbor.provider/1',
  id: 'acme',
  name: 'Acme',
  category: 'other',
  links: {},
  icon: { initials: 'AC', hue: 10 },
  baseUrl: { default: 'https://api.acme.dev', changeable: true },
  auth: [kind],
  checks: [check],
  interpret: [{ checks: ['me'], when: { status: [200] }, result: 'valid' }],
};

function problems(changes: Json): string[] {
  return (providerDescriptor.safeParse({ ...whole, ...changes }).error?.issues ?? []).map(({ message }) => message);
}
const withKind = (changes: Json) => problems({ auth: [{ ...kind, ...changes }] });
const withCheck = (changes: Json) => problems({ checks: [{ ...check, ...changes }] });
const withBase = (url: string) => problems({ baseUrl: { default: url, changeable: true } });

describe('an entry whose members fit each other', () => {
  it('is accepted', () => expect(problems({})).toEqual([]));
  it('may have a local kind on http and any port', () => {
    expect(withKind({ local: true, baseUrl: 'http://127.0.0.1:1234' })).toEqual([]);
  });
  it('may hold braces in a body that are no field', () => {
    expect(withCheck({ method: 'POST', body: { query: '{ viewer { id } }' } })).toEqual([]);
  });
});

describe('an entry is refused when', () => {
  const cases: readonly (readonly [string, () => string[], RegExp])[] = [
    ['a placement names no field', () => withKind({ send: [{ where: 'query', name: 'k', value: '{key}' }] }), /"key"/],
    ['a path placement does', () => withKind({ send: [{ where: 'path', prefix: '/bot{token}' }] }), /"token"/],
    ['a field is misspelt', () => withKind({ send: [{ where: 'query', name: 'k', value: '{Api_Key}' }] }), /brace/],
    ['the primary field is not there', () => withKind({ primary: 'token' }), /"token"/],
    ['an environment name has no field', () => withKind({ environment: [{ field: 'x', names: ['X'] }] }), /"x"/],
    ['a format has no field', () => withKind({ formats: [{ field: 'x', label: 'X', regex: 'x' }] }), /"x"/],
    ['a field is there twice', () => withKind({ fields: [field, field] }), /twice/],
    ['an auth kind is there twice', () => problems({ auth: [kind, kind] }), /twice/],
    ['a check is there twice', () => problems({ checks: [check, check] }), /twice/],
    ['a check is for no kind', () => withCheck({ for: ['oauth'] }), /"oauth"/],
    ['a path names no field', () => withCheck({ path: '/accounts/{account}' }), /"account"/],
    ['a header names no field', () => withCheck({ headers: { 'x-team': '{team}' } }), /"team"/],
    ['a body names no field', () => withCheck({ method: 'POST', body: { a: ['{team}'] } }), /"team"/],
    ['a rule is for no check', () => problems({ interpret: [{ checks: ['x'], when: {}, result: 'valid' }] }), /"x"/],
    [
      'a format looks around',
      () => withKind({ formats: [{ field: 'api_key', label: 'K', regex: 'a(?=b)' }] }),
      /around/,
    ],
    [
      'a format refers back',
      () => withKind({ formats: [{ field: 'api_key', label: 'K', regex: '(a)\\1' }] }),
      /back-ref/,
    ],
    [
      'a format does not compile',
      () => withKind({ formats: [{ field: 'api_key', label: 'K', regex: '[a' }] }),
      /expression/,
    ],
    ['a secret has a default', () => withKind({ fields: [{ ...field, default: 'changeme' }] }), /default/],
    ['the base URL is plain http', () => withBase('http://api.acme.dev'), /https/],
    ['the base URL is an address', () => withBase('https://10.0.0.1'), /public/],
    ['the base URL is on this computer', () => withBase('https://localhost'), /public/],
    ['the base URL is in a private zone', () => withBase('https://api.corp.internal'), /public/],
    ['the base URL names a port', () => withBase('https://api.acme.dev:8443'), /port/],
    ['the base URL holds a password', () => withBase('https://me:pw@api.acme.dev'), /plain path/],
    ['the base URL holds a secret field', () => withBase('https://{api_key}.acme.dev'), /"api_key"/],
    [
      'a region is not public',
      () => problems({ baseUrl: { ...whole.baseUrl, choices: [{ label: 'EU', url: 'http://eu.acme.dev' }] } }),
      /https/,
    ],
    ['a check goes to a private host', () => withCheck({ baseUrl: 'https://192.168.0.1' }), /public/],
    [
      'a secret URL may lead anywhere',
      () => withKind({ send: [{ where: 'url', field: 'api_key', prefixes: ['https://hooks.acme.dev'] }] }),
      /slash/,
    ],
  ];
  it.each(cases)('%s', (_, found, message) => {
    expect(found().join('\n')).toMatch(message);
  });

  it('two fields would be injected under one name', () => {
    const fields = [field, { ...field, name: 'other' }];
    const environment = fields.map(({ name }) => ({ field: name, names: ['ACME_API_KEY'] }));
    expect(withKind({ fields, environment }).join('\n')).toMatch(/ACME_API_KEY/);
  });
});
