import { describe, expect, test } from 'vitest';
import { readOwnDescriptor } from '../../../electron/core/providers/own/own-descriptor.ts';
import { buildCheckRequest } from '../../../electron/core/providers/http/http-check.ts';
import { interpret } from '../../../electron/core/providers/http/interpret.ts';
import { checkFor } from '../../../electron/core/providers/catalogue.ts';
import { descriptorFromForm, type OwnProviderForm } from '../../../shared/own-provider-form.ts';

const FORM: OwnProviderForm = {
  id: 'acme',
  name: 'Acme Search',
  baseUrl: 'https://api.acme.com/',
  local: false,
  auth: { how: 'bearer' },
  checkPath: '/me',
  expectedStatus: 200,
  versions: [],
};

function made(changes: Partial<OwnProviderForm>) {
  const provider = readOwnDescriptor(JSON.stringify(descriptorFromForm({ ...FORM, ...changes })));
  const [authKind] = provider.auth;
  if (authKind === undefined) throw new Error('a kind is always made');
  const check = checkFor(provider, authKind.kind);
  return { provider, authKind, check };
}

function request(changes: Partial<OwnProviderForm>, fields: Readonly<Record<string, string>>) {
  const { provider, authKind, check } = made(changes);
  if (check?.protocol !== 'http') throw new Error('it has an HTTP check');
  const baseUrl = provider.baseUrl.default ?? '';
  const given = new Map(Object.entries(fields));
  return buildCheckRequest(
    { provider, authKind, check, baseUrl, ownBaseUrl: false, local: false, fields: given },
    'test',
  );
}

describe('the form becomes a descriptor', () => {
  const key = { api_key: 'K' };
  test.each<[string, Partial<OwnProviderForm>, Record<string, string>, string, string, string]>([
    ['bearer', {}, key, 'https://api.acme.com/me', 'authorization', 'Bearer K'],
    [
      'header with a template',
      { auth: { how: 'header', header: 'X-Key', template: 'Token {api_key}' } },
      key,
      'https://api.acme.com/me',
      'x-key',
      'Token K',
    ],
    [
      'query',
      { auth: { how: 'query', parameter: 'k' } },
      key,
      'https://api.acme.com/me?k=K',
      'accept',
      'application/json',
    ],
    [
      'basic',
      { auth: { how: 'basic' } },
      { user: 'u', password: 'p' },
      'https://api.acme.com/me',
      'authorization',
      `Basic ${Buffer.from('u:p').toString('base64')}`,
    ],
    ['none', { auth: { how: 'none' } }, {}, 'https://api.acme.com/me', 'accept', 'application/json'],
    ['a path without its slash', { checkPath: 'me' }, key, 'https://api.acme.com/me', 'authorization', 'Bearer K'],
    [
      'the first version that is on',
      {
        versions: [
          { name: 'v1', path: '/v1', enabled: false },
          { name: 'v2', path: '/v2/', enabled: true },
        ],
      },
      key,
      'https://api.acme.com/v2/me',
      'authorization',
      'Bearer K',
    ],
  ])('%s', (_, changes, fields, url, header, value) => {
    const built = request(changes, fields);
    expect([built.method, built.url.href, built.headers.get(header)]).toEqual(['GET', url, value]);
  });

  test('a secretless kind says so', () => {
    expect(made({ auth: { how: 'none' } }).authKind).toMatchObject({ secretless: true, send: [] });
  });

  test('no path, no check', () => {
    expect(made({ checkPath: ' ' }).provider.checks).toEqual([]);
  });

  test.each([
    [200, 200, 'valid'],
    [204, 204, 'valid'],
    [204, 200, 'provider_unavailable'],
    [404, 404, 'valid'],
    [200, 401, 'invalid_key'],
    [200, 403, 'insufficient_permission'],
    [200, 500, 'provider_unavailable'],
  ])('where %i is expected, %i is %s', (expectedStatus, status, result) => {
    const { provider, check } = made({ expectedStatus });
    if (check?.protocol !== 'http') throw new Error('it has an HTTP check');
    const answer = { kind: 'answer', status, headers: new Map(), text: '', latencyMs: 1 } as const;
    expect(interpret(provider, check, answer, []).result).toBe(result);
  });

  test.each<[string, Partial<OwnProviderForm>]>([
    ['an id with spaces', { id: 'My API' }],
    ['no name', { name: '' }],
    ['a path of a version without its slash', { versions: [{ name: 'v1', path: 'v1', enabled: true }] }],
    ['http without “local”', { baseUrl: 'http://api.acme.com' }],
    ['a private name', { baseUrl: 'https://nas.local' }],
    ['a metadata service', { baseUrl: 'http://169.254.169.254', local: true }],
    ['a query in the base URL', { baseUrl: 'https://api.acme.com?x=1' }],
    ['a template with another field', { auth: { how: 'header', header: 'X', template: '{secret}' } }],
    ['a header that says to whom it goes', { auth: { how: 'header', header: 'Host', template: '{api_key}' } }],
    ['a status that is none', { expectedStatus: 1000 }],
  ])('%s is refused like in any file', (_, changes) => {
    expect(() => made(changes)).toThrow(/Nothing was/);
  });
});
