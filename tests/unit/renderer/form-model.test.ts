import { describe, expect, test } from 'vitest';
import type { CredentialForm } from '../../../renderer/providers/form-model.ts';
import {
  authOf,
  dayAfter,
  EMPTY_FORM,
  formOf,
  freeLabel,
  isDirty,
  pastedField,
  toChanges,
  toInput,
  validate,
  valueOf,
} from '../../../renderer/providers/form-model.ts';
import { newCredential } from '../../../shared/contract/schemas.ts';
import type { ProviderInfo } from '../../../shared/provider/info.ts';
import { credential, NOW_MS } from './credential-fixture.ts';

const text = { multiline: false, required: false, secret: false } as const;
const provider: ProviderInfo = {
  id: 'openai',
  name: 'OpenAI',
  category: 'llm',
  own: false,
  enabled: true,
  links: {},
  icon: { initials: 'OA', hue: 160 },
  baseUrl: { default: 'https://api.openai.com/v1', changeable: true, choices: [] },
  auth: [
    {
      kind: 'api_key',
      label: 'API key',
      primary: 'api_key',
      fields: [
        { ...text, name: 'api_key', label: 'API key', secret: true, required: true },
        { ...text, name: 'organization', label: 'Organization' },
      ],
      environment: ['OPENAI_API_KEY'],
      ownAddress: false,
      local: false,
      signIn: null,
      check: { costMicroUsd: 0, proves: 'the key works' },
    },
  ],
};
const auth = authOf(EMPTY_FORM, provider)!;
const known = { provider, taken: new Set<string>(), editing: undefined, today: '2026-11-20' };
const SECRET = ['sk', 'proj', 'form'].join('-');
const filled: CredentialForm = { ...EMPTY_FORM, provider: 'openai', secret: SECRET };

describe('what keeps a form from being saved', () => {
  test('an empty form wants a provider and a key', () => {
    expect(Object.keys(validate(EMPTY_FORM, { ...known, provider: undefined }))).toEqual(['provider', 'secret']);
  });
  test('a filled one is good', () => {
    expect(validate(filled, known)).toEqual({});
  });
  test('a label that is taken or misspelt', () => {
    expect(validate({ ...filled, label: 'work' }, { ...known, taken: new Set(['work']) })).toHaveProperty('label');
    expect(validate({ ...filled, label: '-x' }, known)).toHaveProperty('label');
  });
  test('a past expiry, unless it was there before', () => {
    expect(validate({ ...filled, expires: '2026-11-19' }, known)).toHaveProperty('expires');
    const editing = credential({ expiresAt: '2026-11-19T23:59:59.000Z' });
    expect(validate({ ...formOf(editing) }, { ...known, editing })).toEqual({});
  });
  test('plain http, unless it is said to be a local address', () => {
    const local = { ...filled, baseUrl: 'http://127.0.0.1:8080' };
    expect(validate(local, known)).toHaveProperty('baseUrl');
    expect(validate({ ...local, local: true }, known)).toEqual({});
    expect(validate({ ...filled, baseUrl: 'ftp://x', local: true }, known)).toHaveProperty('baseUrl');
  });
  test('no base URL where the provider has none of its own', () => {
    const own = { ...provider, baseUrl: { default: null, changeable: true, choices: [] } };
    expect(validate(filled, { ...known, provider: own })).toHaveProperty('baseUrl');
  });
  test('a secret left empty while editing is not missing', () => {
    const editing = credential();
    expect(validate(formOf(editing), { ...known, editing })).toEqual({});
  });
});

test('what is added fits the contract, and a line end after the key is left out', () => {
  const input = toInput({ ...filled, secret: `${SECRET}\n`, expires: '2026-12-01', tags: ['prod'] }, auth, 'work');
  expect(newCredential.parse(input)).toMatchObject({ provider: 'openai', label: 'work', fields: { api_key: SECRET } });
  expect(input).not.toHaveProperty('baseUrl');
});

test('a proposed value is left to the core until it is touched; emptied, it is sent as empty', () => {
  const prefix = { ...text, name: 'prefix', label: 'Before the key', default: 'Bearer ' };
  const kind = { ...auth, fields: [...auth.fields, prefix] };
  const fields = (others: CredentialForm['others']) => toInput({ ...filled, others }, kind, 'work').fields;
  expect(valueOf(filled, kind, 'prefix')).toBe('Bearer ');
  expect(fields({})).toEqual({ api_key: SECRET });
  expect(fields({ prefix: '' })).toEqual({ api_key: SECRET, prefix: '' });
  expect(fields({ prefix: 'Token ' })).toEqual({ api_key: SECRET, prefix: 'Token ' });
});

test('a local server without a secret has nothing to paste: its address is an ordinary field', () => {
  const host = { ...text, name: 'host', label: 'Address', required: true, default: '127.0.0.1:11434' };
  const kind = { ...auth, primary: 'host', fields: [host] };
  const local = { ...provider, auth: [kind] };
  const form = { ...EMPTY_FORM, provider: 'openai' };
  expect(pastedField(kind)).toBeUndefined();
  expect(validate(form, { ...known, provider: local })).toEqual({});
  expect(validate({ ...form, others: { host: '' } }, { ...known, provider: local })).toHaveProperty('field:host');
  expect(toInput({ ...form, others: { host: '10.0.0.2:11434' } }, kind, 'work').fields).toEqual({
    host: '10.0.0.2:11434',
  });
});

describe('what an edit changes', () => {
  const before = credential({ tags: ['prod'], project: 'Atlas' });
  test('nothing, when nothing was touched', () => {
    expect(toChanges(formOf(before), before, auth)).toEqual({});
  });
  test('only the secret, when only that was pasted', () => {
    expect(toChanges({ ...formOf(before), secret: SECRET }, before, auth)).toEqual({ fields: { api_key: SECRET } });
  });
  test('an emptied public field is sent as empty, an emptied expiry as null', () => {
    const dated = credential({ expiresAt: '2027-01-01T23:59:59.000Z' });
    expect(toChanges({ ...formOf(dated), others: { organization: '' }, expires: '' }, dated, auth)).toEqual({
      fields: { organization: '' },
      expiresAt: null,
    });
  });
  test('the base URL goes with its word about being local', () => {
    const form = { ...formOf(before), baseUrl: 'http://10.0.0.1:8080', local: true };
    expect(toChanges(form, before, auth)).toEqual({ baseUrl: 'http://10.0.0.1:8080', local: true });
  });
});

test('no secret of a stored credential gets into the form', () => {
  expect(JSON.stringify(formOf(credential()))).not.toContain('sk-proj');
});

test('the proposed label is free', () => {
  expect(freeLabel(new Set())).toBe('default');
  expect(freeLabel(new Set(['default', 'key-2']))).toBe('key-3');
});

test('a touched form asks before it is closed, an untouched one does not', () => {
  expect(isDirty(EMPTY_FORM, EMPTY_FORM)).toBe(false);
  expect(isDirty({ ...EMPTY_FORM, check: false }, EMPTY_FORM)).toBe(false);
  expect(isDirty({ ...EMPTY_FORM, tags: ['a'] }, EMPTY_FORM)).toBe(true);
});

test('expiry presets count from today', () => {
  expect(dayAfter(30, NOW_MS)).toBe('2026-12-20');
});
