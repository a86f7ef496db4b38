import { describe, expect, it } from 'vitest';
import { fillTemplate } from '../../../electron/core/providers/catalogue.ts';
import { buildCheckRequest } from '../../../electron/core/providers/http/http-check.ts';
import { entry } from './entries.ts';

/** The request by which a credential of one kind is tested, at the base URL of the catalogue. */
function request(provider: string, authKind: string, checkId: string, fields: Readonly<Record<string, string>>) {
  const descriptor = entry(provider);
  const kind = descriptor.auth.find((each) => each.kind === authKind);
  const check = descriptor.checks
    .filter((each) => each.protocol === 'http')
    .find(({ id, for: kinds }) => id === checkId && kinds.includes(authKind));
  if (kind === undefined || check === undefined) throw new Error('no such kind or check');
  const base = check.baseUrl ?? kind.baseUrl ?? descriptor.baseUrl.default ?? 'https://registry.example';
  return buildCheckRequest(
    {
      provider: descriptor,
      authKind: kind,
      check,
      baseUrl: fillTemplate(base, (name) => fields[name]),
      ownBaseUrl: false,
      local: false,
      fields: new Map(Object.entries(fields)),
    },
    'Keyharbor/test',
  );
}

const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;

/** provider, kind, check, fields, what is called, and the headers that carry the credential. */
type Row = readonly [string, string, string, Record<string, string>, string, Record<string, string>];

const key = { api_key: 'FAKE' };
const token = { token: 'FAKE' };
const bearer = { authorization: 'Bearer FAKE' };
const rows: readonly Row[] = [
  ['slack', 'token', 'auth_test', token, 'POST https://slack.com/api/auth.test', bearer],
  ['telegram', 'bot_token', 'get_me', { token: '1:FAKE' }, 'GET https://api.telegram.org/bot1:FAKE/getMe', {}],
  ['clickup', 'personal_token', 'user', token, 'GET https://api.clickup.com/api/v2/user', { authorization: 'FAKE' }],
  ['clickup', 'oauth2', 'user', { access_token: 'FAKE' }, 'GET https://api.clickup.com/api/v2/user', bearer],
  [
    'google',
    'api_key',
    'gemini_models',
    key,
    'GET https://generativelanguage.googleapis.com/v1beta/models?pageSize=1',
    { 'x-goog-api-key': 'FAKE' },
  ],
  ['openrouter', 'api_key', 'key', key, 'GET https://openrouter.ai/api/v1/key', bearer],
  ['mistral', 'api_key', 'models', key, 'GET https://api.mistral.ai/v1/models', bearer],
  ['groq', 'api_key', 'models', key, 'GET https://api.groq.com/openai/v1/models', bearer],
  ['deepseek', 'api_key', 'balance', key, 'GET https://api.deepseek.com/user/balance', bearer],
  ['xai', 'api_key', 'api_key', key, 'GET https://api.x.ai/v1/api-key', bearer],
  [
    'xai',
    'management_key',
    'management',
    { management_key: 'FAKE' },
    'GET https://management-api.x.ai/auth/management-keys/validation',
    bearer,
  ],
  ['cohere', 'api_key', 'check', key, 'POST https://api.cohere.com/v1/check-api-key', bearer],
  ['together', 'api_key', 'whoami', key, 'GET https://api.together.ai/v1/whoami', bearer],
  ['fireworks', 'api_key', 'accounts', key, 'GET https://api.fireworks.ai/v1/accounts', bearer],
  ['perplexity', 'api_key', 'no_such_model', key, 'POST https://api.perplexity.ai/chat/completions', bearer],
  [
    'azure_openai',
    'api_key',
    'models',
    { ...key, resource: 'my-models' },
    'GET https://my-models.openai.azure.com/openai/models?api-version=2024-10-21',
    { 'api-key': 'FAKE' },
  ],
  ['huggingface', 'token', 'whoami', token, 'GET https://huggingface.co/api/whoami-v2', bearer],
  ['replicate', 'token', 'account', token, 'GET https://api.replicate.com/v1/account', bearer],
  [
    'elevenlabs',
    'api_key',
    'subscription',
    key,
    'GET https://api.elevenlabs.io/v1/user/subscription',
    { 'xi-api-key': 'FAKE' },
  ],
  ['deepgram', 'api_key', 'projects', key, 'GET https://api.deepgram.com/v1/projects', { authorization: 'Token FAKE' }],
  ['stripe', 'secret_key', 'balance', { secret_key: 'FAKE' }, 'GET https://api.stripe.com/v1/balance', bearer],
  [
    'stripe',
    'secret_key',
    'balance',
    { secret_key: 'FAKE', stripe_version: '2024-06-20' },
    'GET https://api.stripe.com/v1/balance',
    { ...bearer, 'stripe-version': '2024-06-20' },
  ],
  [
    'twilio',
    'account',
    'account',
    { account_sid: 'AC1', auth_token: 'FAKE' },
    'GET https://api.twilio.com/2010-04-01/Accounts/AC1.json',
    { authorization: basic('AC1:FAKE') },
  ],
  [
    'twilio',
    'api_key',
    'services',
    { account_sid: 'AC1', api_key_sid: 'SK1', api_key_secret: 'FAKE' },
    'GET https://verify.twilio.com/v2/Services?PageSize=1',
    { authorization: basic('SK1:FAKE') },
  ],
  ['sendgrid', 'api_key', 'scopes', key, 'GET https://api.sendgrid.com/v3/scopes', bearer],
  ['cloudflare', 'token', 'verify_user', token, 'GET https://api.cloudflare.com/client/v4/user/tokens/verify', bearer],
  [
    'cloudflare',
    'account_token',
    'verify_account',
    { ...token, account_id: 'a1' },
    'GET https://api.cloudflare.com/client/v4/accounts/a1/tokens/verify',
    bearer,
  ],
  [
    'cloudflare',
    'global_key',
    'user',
    { ...key, email: 'me@example.com' },
    'GET https://api.cloudflare.com/client/v4/user',
    { 'x-auth-key': 'FAKE', 'x-auth-email': 'me@example.com' },
  ],
  [
    'gitlab',
    'token',
    'self',
    token,
    'GET https://gitlab.com/api/v4/personal_access_tokens/self',
    { 'private-token': 'FAKE' },
  ],
  ['npm', 'token', 'whoami', token, 'GET https://registry.example/-/whoami', bearer],
  [
    'notion',
    'token',
    'me',
    token,
    'GET https://api.notion.com/v1/users/me',
    { ...bearer, 'notion-version': '2025-09-03' },
  ],
  [
    'linear',
    'api_key',
    'viewer',
    key,
    'POST https://api.linear.app/graphql',
    { authorization: 'FAKE', 'content-type': 'application/json' },
  ],
  ['discord', 'bot_token', 'me', token, 'GET https://discord.com/api/v10/users/@me', { authorization: 'Bot FAKE' }],
  ['http', 'api_key', 'path', { ...key, check_path: '/me' }, 'GET https://registry.example/me', bearer],
  [
    'http',
    'api_key',
    'path',
    { ...key, header: 'X-Api-Key', prefix: '' },
    'GET https://registry.example/',
    { 'x-api-key': 'FAKE' },
  ],
  ['http', 'bearer', 'path', { ...key, check_path: '/me' }, 'GET https://registry.example/me', bearer],
  [
    'http',
    'query',
    'path',
    { ...key, parameter: 'to&ken', check_path: '/me?a=b' },
    'GET https://registry.example/me?a=b&to%26ken=FAKE',
    {},
  ],
  [
    'http',
    'basic',
    'path',
    { user: 'me', password: 'FAKE' },
    'GET https://registry.example/',
    { authorization: basic('me:FAKE') },
  ],
  ['http', 'none', 'open_path', {}, 'GET https://registry.example/', {}],
  ['ollama', 'api_key', 'empty_chat', key, 'POST https://ollama.com/v1/chat/completions', bearer],
];

describe('the key travels where the provider looks for it', () => {
  it.each(rows)('%s %s: %s', (provider, kind, check, fields, called, carried) => {
    const { method, url, headers, body } = request(provider, kind, check, fields);
    expect(`${method} ${url.href}`).toBe(called);
    expect(Object.fromEntries(headers)).toMatchObject(carried);
    const carriers = [...headers].filter(([, value]) => value.includes('FAKE')).map(([name]) => name);
    expect(Object.keys(carried)).toEqual(expect.arrayContaining(carriers));
    expect(body ?? '').not.toContain('FAKE');
  });

  it('an optional header is left out where its field is not filled in', () => {
    const { headers } = request('stripe', 'secret_key', 'balance', { secret_key: 'FAKE' });
    expect(headers.has('stripe-version')).toBe(false);
  });

  it('a field cannot leave its part of a path', () => {
    const { url } = request('cloudflare', 'account_token', 'verify_account', {
      token: 'FAKE',
      account_id: '../../x?y',
    });
    expect(url.href).toBe('https://api.cloudflare.com/client/v4/accounts/..%2F..%2Fx%3Fy/tokens/verify');
  });
});
