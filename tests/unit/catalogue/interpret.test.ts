import { describe, expect, it } from 'vitest';
import { interpret } from '../../../electron/core/providers/http/interpret.ts';
import type { ValidationResult } from '../../../shared/provider/answer.ts';
import { entries, entry, sampleAnswers } from './entries.ts';

/** Stands in every answer below where a careless server could echo the key. */
const SECRET = 'FAKE-secret-that-an-answer-echoes';

interface Given {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

function verdictOf(provider: string, check: string, { status, body, headers }: Given) {
  const descriptor = entry(provider);
  const found = descriptor.checks.filter((each) => each.protocol === 'http').find(({ id }) => id === check);
  if (found === undefined) throw new Error(`${provider} has no check called ${check}`);
  return interpret(
    descriptor,
    found,
    {
      kind: 'answer',
      status,
      headers: new Map(Object.entries({ 'content-type': 'application/json', ...headers })),
      text: typeof body === 'string' ? body : JSON.stringify(body),
      latencyMs: 12,
    },
    [SECRET],
  );
}

/** The facts' words for what an answer means, and ours. */
const MEANING: Readonly<Record<string, ValidationResult>> = {
  valid: 'valid',
  invalid: 'invalid_key',
  revoked: 'invalid_key',
  expired: 'expired',
  insufficient_permission: 'insufficient_permission',
  quota_exceeded: 'quota_exceeded',
  rate_limited: 'rate_limited',
  provider_down: 'provider_unavailable',
};
const SAMPLED: Readonly<Record<string, string>> = {
  twocaptcha: 'balance',
  slack: 'auth_test',
  clickup: 'user',
  telegram: 'get_me',
  google: 'gemini_models',
};
const samples = [
  ...sampleAnswers('tier1_validation.json').filter(({ provider }) => provider in SAMPLED && provider !== 'google'),
  ...sampleAnswers('gemini_errors.json', 'google'),
];

describe('recorded answers', () => {
  it.each(samples)('$provider $name means $verdict', ({ provider, status, headers, text, verdict }) => {
    const meant = MEANING[/^\w+/.exec(verdict)?.[0] ?? ''];
    const found = verdictOf(provider, SAMPLED[provider] ?? '', { status, headers, body: text });
    expect(meant).toBeDefined();
    expect(found.result).toBe(meant);
  });
});

const message = (text: string) => ({ error: { message: text } });
const cases: Readonly<Record<string, readonly (readonly [string, number, unknown, ValidationResult])[]>> = {
  twocaptcha: [
    ['balance', 200, { errorId: 0, balance: 0 }, 'quota_exceeded'],
    ['balance', 200, { errorId: 1, errorCode: 'ERROR_WRONG_USER_KEY' }, 'invalid_key'],
    ['balance', 200, { errorId: 10, errorCode: 'ERROR_ZERO_BALANCE' }, 'quota_exceeded'],
    ['balance', 200, { errorId: 21, errorCode: 'ERROR_IP_NOT_ALLOWED' }, 'insufficient_permission'],
    ['balance', 200, { errorId: 2, errorCode: 'ERROR_NO_SLOT_AVAILABLE' }, 'rate_limited'],
    ['balance', 200, { errorId: 99, errorCode: 'ERROR_NOBODY_KNOWS' }, 'provider_unavailable'],
  ],
  slack: [
    ['auth_test', 200, { ok: false, error: 'missing_scope' }, 'insufficient_permission'],
    ['auth_test', 200, { ok: false, error: 'fatal_error' }, 'provider_unavailable'],
    ['auth_test', 200, { ok: false, error: 'something_new' }, 'provider_unavailable'],
    ['webhook_probe', 400, 'no_text', 'valid'],
    ['webhook_probe', 400, 'invalid_payload', 'valid'],
    ['webhook_probe', 403, 'action_prohibited', 'insufficient_permission'],
    ['webhook_probe', 404, 'no_service', 'invalid_key'],
    ['webhook_probe', 403, 'invalid_token', 'invalid_key'],
    ['webhook_probe', 400, 'something else', 'provider_unavailable'],
  ],
  clickup: [
    ['user', 401, { err: 'Team not authorized', ECODE: 'OAUTH_027' }, 'insufficient_permission'],
    ['user', 429, { err: 'Rate limit reached', ECODE: 'APP_002' }, 'rate_limited'],
  ],
  telegram: [
    ['get_me', 421, { ok: false, error_code: 421, description: 'Misdirected Request' }, 'provider_unavailable'],
  ],
  google: [
    ['gemini_models', 200, { models: [{ name: 'models/fake' }] }, 'valid'],
    ['gemini_models', 429, message('Requests per minute exceeded your current quota'), 'rate_limited'],
    ['gemini_models', 400, message('User location is not supported for the API use.'), 'insufficient_permission'],
  ],
  openrouter: [
    ['key', 200, { data: { label: 'sk-or-v1-fak...000', limit: null, limit_remaining: null, usage: 1.5 } }, 'valid'],
    ['key', 200, { data: { limit: 5, limit_remaining: 0, usage: 5 } }, 'quota_exceeded'],
    ['key', 401, { error: { code: 401, message: 'User not found.' } }, 'invalid_key'],
    ['key', 402, { error: { code: 402, message: 'Insufficient credits' } }, 'quota_exceeded'],
    ['key', 403, { error: { code: 403, message: 'no' } }, 'insufficient_permission'],
    ['key', 429, { error: { code: 429, message: 'Add credits to raise the limit' } }, 'rate_limited'],
    ['key', 524, {}, 'provider_unavailable'],
  ],
  mistral: [
    ['models', 200, { object: 'list', data: [] }, 'valid'],
    ['models', 401, { detail: 'Unauthorized' }, 'invalid_key'],
    ['models', 402, {}, 'quota_exceeded'],
    ['models', 422, { detail: [] }, 'valid'],
  ],
  groq: [
    ['models', 200, { object: 'list', data: [] }, 'valid'],
    ['models', 401, { error: { message: 'Invalid API Key', code: 'invalid_api_key' } }, 'invalid_key'],
    ['models', 429, message('Rate limit reached. Upgrade at the billing page.'), 'rate_limited'],
    ['models', 498, {}, 'rate_limited'],
  ],
  deepseek: [
    ['balance', 200, { is_available: true, balance_infos: [{ currency: 'USD', total_balance: '7.50' }] }, 'valid'],
    ['balance', 200, { is_available: false, balance_infos: [] }, 'quota_exceeded'],
    ['balance', 401, message('Authentication Fails'), 'invalid_key'],
    ['balance', 402, message('Insufficient Balance'), 'quota_exceeded'],
    ['balance', 503, message('Server overloaded'), 'provider_unavailable'],
  ],
  xai: [
    ['api_key', 200, { name: 'fake', api_key_blocked: false, api_key_disabled: false, team_blocked: false }, 'valid'],
    ['api_key', 200, { name: 'fake', api_key_blocked: true }, 'invalid_key'],
    ['api_key', 200, { name: 'fake', team_blocked: true }, 'invalid_key'],
    ['api_key', 400, { code: 'invalid-argument', error: 'Incorrect API key provided' }, 'invalid_key'],
    ['api_key', 403, { error: 'Your team has no credits yet' }, 'quota_exceeded'],
    ['api_key', 403, { error: 'Not allowed' }, 'insufficient_permission'],
    ['management', 200, { teamId: 'fake' }, 'valid'],
  ],
  cohere: [
    ['check', 200, { valid: true, organization_id: 'fake' }, 'valid'],
    ['check', 200, { valid: false }, 'invalid_key'],
    ['check', 498, { message: 'invalid token' }, 'invalid_key'],
    ['check', 429, { message: 'A trial key is limited to 1000 calls a month' }, 'quota_exceeded'],
    ['check', 429, { message: 'too many requests' }, 'rate_limited'],
  ],
  together: [
    ['whoami', 200, { id: 'fake' }, 'valid'],
    ['whoami', 401, message('Invalid API key provided'), 'invalid_key'],
    ['whoami', 402, {}, 'quota_exceeded'],
    ['whoami', 503, {}, 'provider_unavailable'],
  ],
  fireworks: [
    ['accounts', 200, { accounts: [{ name: 'accounts/fake' }] }, 'valid'],
    ['accounts', 403, {}, 'invalid_key'],
    ['accounts', 412, {}, 'quota_exceeded'],
  ],
  perplexity: [
    ['no_such_model', 400, message('Invalid model'), 'valid'],
    ['no_such_model', 404, 'not here', 'provider_unavailable'],
    ['no_such_model', 401, {}, 'invalid_key'],
    ['no_such_model', 402, {}, 'quota_exceeded'],
  ],
  aws: [
    ['identity', 200, { GetCallerIdentityResponse: { GetCallerIdentityResult: { Account: '123' } } }, 'valid'],
    ['identity', 403, { Error: { Code: 'InvalidClientTokenId' } }, 'invalid_key'],
    ['identity', 403, { Error: { Code: 'SignatureDoesNotMatch' } }, 'invalid_key'],
    ['identity', 403, '<ErrorResponse><Error><Code>ExpiredToken</Code></Error></ErrorResponse>', 'expired'],
    ['identity', 403, { Error: { Code: 'AccessDenied' } }, 'insufficient_permission'],
    ['identity', 400, { Error: { Code: 'Throttling' } }, 'rate_limited'],
    ['identity', 400, { Error: { Code: 'RequestExpired' } }, 'provider_unavailable'],
    ['identity', 503, {}, 'provider_unavailable'],
    ['models', 200, { modelSummaries: [] }, 'valid'],
    ['models', 403, { Message: 'Invalid API Key format' }, 'invalid_key'],
    ['models', 403, { message: 'AccessDeniedException: not authorized' }, 'insufficient_permission'],
  ],
  azure_openai: [
    ['models', 200, { data: [] }, 'valid'],
    ['models', 401, { error: { code: '401' } }, 'invalid_key'],
    ['models', 403, {}, 'insufficient_permission'],
    ['models', 404, { error: { code: 'DeploymentNotFound' } }, 'valid'],
    ['models', 404, { error: { code: '404' } }, 'provider_unavailable'],
  ],
  huggingface: [
    ['whoami', 200, { name: 'fake', auth: { accessToken: { role: 'read' } } }, 'valid'],
    ['whoami_there', 200, { name: 'fake' }, 'valid'],
    ['whoami', 401, { error: 'Invalid credentials' }, 'invalid_key'],
  ],
  replicate: [
    ['account', 200, { type: 'user', username: 'fake' }, 'valid'],
    ['account', 401, { title: 'Unauthenticated', status: 401 }, 'invalid_key'],
  ],
  elevenlabs: [
    ['subscription', 200, { tier: 'creator', character_count: 10, character_limit: 100 }, 'valid'],
    ['subscription', 200, { tier: 'free', character_count: 100, character_limit: 100 }, 'quota_exceeded'],
    ['subscription', 401, { detail: { status: 'invalid_api_key' } }, 'invalid_key'],
    ['subscription', 401, { detail: { status: 'missing_permissions' } }, 'insufficient_permission'],
    ['subscription', 401, { detail: { status: 'quota_exceeded' } }, 'quota_exceeded'],
  ],
  deepgram: [
    ['projects', 200, { projects: [{ project_id: 'fake', name: 'Fake' }] }, 'valid'],
    ['projects', 401, { err_code: 'INVALID_AUTH' }, 'invalid_key'],
    ['projects', 403, { err_code: 'INSUFFICIENT_PERMISSIONS' }, 'insufficient_permission'],
    ['projects', 402, {}, 'quota_exceeded'],
  ],
  stripe: [
    ['balance', 200, { object: 'balance', livemode: false }, 'valid'],
    ['balance', 401, { error: { code: 'api_key_expired' } }, 'expired'],
    ['balance', 401, { error: { type: 'invalid_request_error' } }, 'invalid_key'],
    ['balance', 403, { error: {} }, 'insufficient_permission'],
  ],
  twilio: [
    ['account', 200, { status: 'active' }, 'valid'],
    ['account', 200, { status: 'suspended' }, 'invalid_key'],
    ['account', 200, { status: 'closed' }, 'invalid_key'],
    ['account', 401, { code: 20003 }, 'invalid_key'],
    ['services', 200, { services: [], meta: {} }, 'valid'],
    ['numbers', 200, { incoming_phone_numbers: [] }, 'valid'],
  ],
  sendgrid: [
    ['scopes', 200, { scopes: ['mail.send'] }, 'valid'],
    ['scopes', 401, { errors: [{ message: 'authorization required' }] }, 'invalid_key'],
    ['scopes', 403, { errors: [{ message: 'access forbidden' }] }, 'insufficient_permission'],
  ],
  cloudflare: [
    ['verify_user', 200, { result: { status: 'active' } }, 'valid'],
    ['verify_account', 200, { result: { status: 'expired' } }, 'expired'],
    ['verify_user', 200, { result: { status: 'disabled' } }, 'invalid_key'],
    ['verify_user', 401, { errors: [{ code: 1000 }] }, 'invalid_key'],
    ['user', 200, { result: { id: 'fake', email: 'fake@example.invalid' } }, 'valid'],
    [
      'user',
      403,
      { errors: [{ code: 9109, message: 'Cannot use the access token from location: x' }] },
      'insufficient_permission',
    ],
  ],
  gitlab: [
    ['self', 200, { id: 1, active: true, revoked: false, scopes: ['api'] }, 'valid'],
    ['self', 200, { id: 1, active: false, revoked: true }, 'invalid_key'],
    ['self', 200, { id: 1, active: false, revoked: false }, 'expired'],
    ['self', 401, { error: 'invalid_token', error_description: 'Token is expired.' }, 'expired'],
    ['self', 401, { error: 'invalid_token', error_description: 'Token was revoked.' }, 'invalid_key'],
    ['self', 401, { message: '401 Unauthorized' }, 'invalid_key'],
    ['self', 403, { message: 'Your account has been blocked.' }, 'invalid_key'],
    ['self', 403, { error: 'insufficient_scope' }, 'insufficient_permission'],
  ],
  npm: [
    ['whoami', 200, { username: 'fake' }, 'valid'],
    ['whoami', 401, {}, 'invalid_key'],
    ['whoami', 403, {}, 'insufficient_permission'],
  ],
  notion: [
    ['me', 200, { object: 'user', name: 'Fake' }, 'valid'],
    ['me', 401, { object: 'error', code: 'unauthorized' }, 'invalid_key'],
    ['me', 403, { object: 'error', code: 'restricted_resource' }, 'insufficient_permission'],
    ['me', 503, { object: 'error', code: 'service_unavailable' }, 'provider_unavailable'],
  ],
  linear: [
    ['viewer', 200, { data: { viewer: { id: 'fake', name: 'Authentication Team' } } }, 'valid'],
    ['viewer', 400, { errors: [{ extensions: { type: 'authentication error' } }] }, 'invalid_key'],
    ['viewer', 400, { errors: [{ extensions: { code: 'RATELIMITED' } }] }, 'rate_limited'],
    ['viewer', 400, { errors: [{ message: 'bad query' }] }, 'provider_unavailable'],
  ],
  discord: [
    ['me', 200, { id: '1', username: 'fake', bot: true }, 'valid'],
    ['me', 401, { message: '401: Unauthorized', code: 0 }, 'invalid_key'],
    ['webhook', 200, { id: '1', name: 'Fake' }, 'valid'],
    ['webhook', 404, { message: 'Unknown Webhook', code: 10015 }, 'invalid_key'],
    ['me', 404, { message: '404: Not Found' }, 'provider_unavailable'],
  ],
  ollama: [
    ['empty_chat', 400, { error: { message: 'model is required' } }, 'valid'],
    ['empty_chat', 401, { error: 'unauthorized' }, 'invalid_key'],
    ['empty_chat', 400, 'not this server', 'provider_unavailable'],
  ],
};
const rows = Object.entries(cases).flatMap(([provider, list]) =>
  list.map(([check, status, body, result]) => ({ provider, check, status, body, result })),
);
/** Written with their engine, and tested there. */
const ELSEWHERE = new Set(['openai', 'anthropic', 'github', 'http']);
const own = entries
  .map((each) => ({ id: each.id, checks: each.checks.filter(({ protocol }) => protocol === 'http') }))
  .filter(({ id, checks }) => !ELSEWHERE.has(id) && checks.length > 0);

describe('answers by provider', () => {
  it.each(rows)('$provider $check: $status $body means $result', ({ provider, check, status, body, result }) => {
    expect(verdictOf(provider, check, { status, body }).result).toBe(result);
  });

  it('no provider of the catalogue is left out', () => {
    const tried = new Set([...Object.keys(cases), ...Object.keys(SAMPLED)]);
    expect(own.map(({ id }) => id).filter((id) => !tried.has(id))).toEqual([]);
  });
});

describe.each(own)('$id', ({ id, checks }) => {
  it.each(checks)(
    '$id: a server error, a page of a network and a foreign answer say nothing about the key',
    (check) => {
      const page = { 'content-type': 'text/html' };
      const given: Given[] = [
        { status: 500, body: { error: 'internal' } },
        { status: 502, body: 'bad gateway' },
        { status: 200, body: '<html>Welcome to the hotel network. Please sign in.</html>', headers: page },
        { status: 403, body: '<html>Blocked</html>', headers: page },
        { status: 302, body: '', headers: { location: 'https://elsewhere.example' } },
        { status: 404, body: '<html>Not here</html>', headers: page },
      ];
      const secretUrl = check.for.some((kind) => kind.includes('webhook'));
      for (const each of given.slice(0, secretUrl ? -1 : undefined)) {
        expect(verdictOf(id, check.id, each).result, String(each.body)).toBe('provider_unavailable');
      }
    },
  );

  it.each(checks)('$id: too many requests are never a bad key', (check) => {
    expect(verdictOf(id, check.id, { status: 429, body: { message: 'slow down' } }).result).toBe('rate_limited');
  });

  it.each(checks)('$id: a key that is echoed stands nowhere in the verdict', (check) => {
    for (const status of [200, 400, 401, 403, 429, 500]) {
      const body = { ok: false, error: { message: SECRET, code: SECRET }, message: SECRET, name: SECRET, id: SECRET };
      expect(JSON.stringify(verdictOf(id, check.id, { status, body }))).not.toContain(SECRET);
    }
  });
});

describe('what to do next', () => {
  const page = { 'content-type': 'text/html' };
  it('an address that does not know the request leads to the base URL, not to waiting', () => {
    const { detail, hint } = verdictOf('openai', 'models', {
      status: 404,
      body: '<html>Not here</html>',
      headers: page,
    });
    expect(detail).toContain('does not know this request (404).');
    expect(hint).toContain('base URL');
  });

  it.each([407, 511])('a network that wants a sign-in (%i) is told as that', (status) => {
    const { result, detail } = verdictOf('openai', 'models', { status, body: '<html>Sign in</html>', headers: page });
    expect(result).toBe('provider_unavailable');
    expect(detail).toContain(`The network wants a sign-in before it lets anything through (${status}).`);
  });

  it.each([
    [{ 'retry-after': '7' }, 'Try again in 7 s.'],
    [{ 'retry-after': 'Sat, 21 Nov 2026 10:02:00 GMT', date: 'Sat, 21 Nov 2026 10:00:00 GMT' }, 'Try again in 120 s.'],
    [{ 'retry-after': 'Sat, 21 Nov 2026 10:02:00 GMT' }, 'Try again in a few minutes.'],
    [{ 'retry-after': '-1' }, 'Try again in a few minutes.'],
  ])('too many requests with %o: %s', (headers, hint) => {
    expect(verdictOf('openai', 'models', { status: 429, body: {}, headers }).hint).toBe(hint);
  });
});
