import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonStringLength, writeJsonString } from '../../../electron/core/endpoint/json-bytes.ts';
import { keyAnswer } from '../../../electron/core/endpoint/key-answer.ts';

test('a JSON string written from bytes reads back as the same text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const bytes = Buffer.from(text, 'utf8');
      const target = Buffer.alloc(jsonStringLength(bytes) + 2, 0x7e);
      const end = writeJsonString(target, 1, bytes, jsonStringLength(bytes));
      expect(end).toBe(target.byteLength - 1);
      expect(JSON.parse(target.toString('utf8', 1, end))).toBe(bytes.toString('utf8'));
      expect([target[0], target.at(-1)]).toEqual([0x7e, 0x7e]);
    }),
  );
});

test('the answer has the published members and nothing else', () => {
  const pem = '-----BEGIN "KEY"-----\n\\x\t\u00e9\u2028\n';
  const body = keyAnswer(
    {
      id: 'a'.repeat(32),
      provider: 'openai',
      label: 'work',
      scope: 'user',
      version: 3,
      authKind: 'api_key',
      local: false,
      origin: '',
      expiresAt: '2027-01-01T00:00:00.000Z',
      fingerprint: '0123456789abcdef',
      refreshable: false,
      weakestForm: null,
    },
    {
      primary: 'api_key',
      fields: new Map([
        ['api_key', Buffer.from('sk-x')],
        ['pem', Buffer.from(pem)],
      ]),
      environment: [
        { name: 'OPENAI_API_KEY', field: 'api_key' },
        { name: 'OPENAI_ORG_ID', field: 'organization' },
      ],
      dispose: () => undefined,
      [Symbol.dispose]: () => undefined,
    },
  );
  expect(JSON.parse(body.toString('utf8'))).toEqual({
    provider: 'openai',
    label: 'work',
    scope: 'user',
    version: 3,
    value: 'sk-x',
    fields: { api_key: 'sk-x', pem },
    env: { OPENAI_API_KEY: 'sk-x' },
    expiresAt: '2027-01-01T00:00:00.000Z',
    fingerprint: '0123456789abcdef',
  });
});
