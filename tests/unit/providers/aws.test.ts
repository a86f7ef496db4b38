import { describe, expect, it, test } from 'vitest';
import { signAwsRequest } from '../../../electron/core/providers/http/aws-signature.ts';
import type { OutgoingRequest } from '../../../electron/core/providers/http/http-exchange.ts';
import { answeringServer, json } from '../../support/answering-server.ts';
import { official } from '../../support/official-signature.ts';
import { credentialInput, startUnlockedApp } from '../../support/test-app.ts';

const ID = ['AKIA', 'FAKEFAKEFAKEFAKE'].join('');
const SECRET = ['FAKE', 'secret/access+key/of/a/test/0123456789AB'].join('').slice(0, 40);

describe('a signature', () => {
  /** Of AWS's published Signature Version 4 test suite. */
  const KEYS = {
    accessKeyId: ['AKIDEX', 'AMPLE'].join(''),
    secretAccessKey: ['wJalrXUtnFEMI/K7MDENG', '+bPxRfiCYEXAMPLEKEY'].join(''),
    sessionToken: undefined,
  };
  const SCOPE = { service: 'service', region: 'us-east-1' };
  const AT = Date.UTC(2015, 7, 30, 12, 36, 0);
  const vectors: readonly (readonly [string, Partial<OutgoingRequest>, string])[] = [
    ['get-vanilla', {}, '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
    [
      'get-vanilla-query-order-key-case',
      { url: new URL('https://example.amazonaws.com/?Param2=value2&Param1=value1') },
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ],
    ['post-vanilla', { method: 'POST' }, '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
  ];
  it.each(vectors)('is that of the published vector %s', async (_, changes, signature) => {
    const url = new URL('https://example.amazonaws.com/');
    const request: OutgoingRequest = { method: 'GET', url, headers: new Map(), body: null, ...changes };
    const { headers } = await signAwsRequest(request, KEYS, SCOPE, AT);
    expect(headers.get('authorization')).toBe(
      `AWS4-HMAC-SHA256 Credential=${KEYS.accessKeyId}/20150830/us-east-1/service/aws4_request, ` +
        `SignedHeaders=host;x-amz-date, Signature=${signature}`,
    );
  });
});

async function setting(answer: (form: URLSearchParams) => { readonly status?: number; readonly body: unknown }) {
  const bodies: string[] = [];
  const server = await answeringServer(async (response, request) => {
    const body = await request.body();
    bodies.push(body);
    const { status = 200, body: given } = answer(new URLSearchParams(body));
    json(response, status, given);
  });
  const t = await startUnlockedApp();
  const add = (authKind: string, fields: Record<string, string>) =>
    t.app.credentials.add(
      credentialInput({
        provider: 'aws',
        authKind,
        fields: { region: 'eu-west-1', ...fields },
        baseUrl: server.url,
        local: true,
      }),
      'cli',
    ).credential.id;
  return { t, server, bodies, add };
}

const IDENTITY = {
  GetCallerIdentityResponse: {
    GetCallerIdentityResult: { Account: '123456789012', Arn: 'arn:aws:iam::123456789012:user/fake', UserId: 'AIDA' },
  },
};

test.each([[undefined], ['fake-session-token']])(
  'an access key is tested, signed as the SDK signs',
  async (session) => {
    const { t, server, bodies, add } = await setting(() => ({ body: IDENTITY }));
    const fields = { access_key_id: ID, secret_access_key: SECRET, ...(session ? { session_token: session } : {}) };
    const id = add('access_key', fields);
    expect(await t.app.credentials.test({ id }, false, 'cli')).toMatchObject({
      result: 'valid',
      facts: [
        { label: 'Account', value: '123456789012' },
        { label: 'Identity', value: 'arn:aws:iam::123456789012:user/fake' },
      ],
    });
    expect(bodies).toEqual(['Action=GetCallerIdentity&Version=2011-06-15']);
    const [seen] = server.seen;
    if (seen === undefined) throw new Error('nothing was sent');
    expect(seen.headers['x-amz-security-token']).toBe(session);
    const keys = { id: ID, secret: SECRET, ...(session ? { session } : {}) };
    const { expected, got } = await official(seen, bodies[0] ?? '', keys, t.clock.now());
    expect(got).toBe(expected);
    expect(JSON.stringify(seen.headers)).not.toContain(SECRET);
  },
);

test.each([
  [403, 'InvalidClientTokenId', 'invalid_key'],
  [403, 'SignatureDoesNotMatch', 'invalid_key'],
  [403, 'ExpiredToken', 'expired'],
  [403, 'AccessDenied', 'insufficient_permission'],
  [400, 'Throttling', 'rate_limited'],
  [500, 'InternalFailure', 'provider_unavailable'],
])('an answer %i %s is %s, for keys and for sessions', async (status, Code, result) => {
  const { t, add } = await setting(() => ({ status, body: { Error: { Code, Message: SECRET } } }));
  const key = add('access_key', { access_key_id: ID, secret_access_key: SECRET });
  const found = await t.app.credentials.test({ id: key }, false, 'cli');
  expect(found.result).toBe(result);
  expect(JSON.stringify(found)).not.toContain(SECRET);
  t.app.credentials.move({ id: key }, 'delete', 'cli');
  const session = add('session', { root_access_key_id: ID, root_secret_access_key: SECRET });
  expect((await t.app.credentials.test({ id: session }, false, 'cli')).result).toBe(result);
});

test.each([
  ['GetSessionToken', {}],
  ['AssumeRole', { role_arn: 'arn:aws:iam::1:role/build' }],
])('temporary keys are got with %s and handed out whole', async (action, role) => {
  const { t, server, bodies, add } = await setting((form) => {
    if (form.get('Action') === 'GetCallerIdentity') return { body: IDENTITY };
    const Credentials = {
      AccessKeyId: 'ASIAFAKE',
      SecretAccessKey: 'temporary-secret',
      SessionToken: 'temporary-session',
      Expiration: Date.UTC(2030, 0, 15, 13) / 1000,
    };
    return { body: { [`${action}Response`]: { [`${action}Result`]: { Credentials } } } };
  });
  const id = add('session', { root_access_key_id: ID, root_secret_access_key: SECRET, ...role });
  await t.app.credentials.reads.prepareEnvironment([{ provider: 'aws' }]);
  const environment = t.app.credentials.reads.environment([{ provider: 'aws' }], 'cli');
  expect(Object.fromEntries(environment.map(({ name, value }) => [name, value]))).toEqual({
    AWS_ACCESS_KEY_ID: 'ASIAFAKE',
    AWS_SECRET_ACCESS_KEY: 'temporary-secret',
    AWS_SESSION_TOKEN: 'temporary-session',
    AWS_REGION: 'eu-west-1',
  });
  expect(new URLSearchParams(bodies[0]).get('Action')).toBe(action);
  expect((await t.app.credentials.test({ id }, false, 'cli')).result).toBe('valid');
  expect(server.seen[1]?.headers['x-amz-security-token']).toBe('temporary-session');
});
