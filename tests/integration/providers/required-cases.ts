import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ValidationResult } from '../../../shared/provider/answer.ts';
import { fakeKey } from '../../support/fake-keys.ts';

/** What a peer says when it is asked with the credential. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/**
 * How the other side behaves. `api` answers the check; `token` is the token endpoint, whose tokens the API then
 * accepts; `login` is a mail server's reply to the login; `program` is how an MCP server of ours behaves.
 */
export type Given =
  | { readonly api: Answer }
  | { readonly token: Answer }
  | { readonly login: string }
  | { readonly program: 'serve' | 'silent' | 'fail' | 'missing' }
  /** It takes the request and says nothing. */
  | 'silent'
  /** It hangs up. */
  | 'breaks'
  /** Nobody listens there. */
  | 'nobody'
  /** Something else than the provider answers. */
  | 'stranger';

export interface Case {
  readonly what: string;
  readonly given: Given;
  readonly result: ValidationResult;
  readonly fields?: Readonly<Record<string, string>>;
  /** The end that the owner gave. */
  readonly expiresAt?: string;
  /** Nothing may have been sent. */
  readonly unsent?: boolean;
}

export interface KindCases {
  readonly kind: string;
  readonly fields: Readonly<Record<string, string>>;
  /** Not to be found anywhere afterwards; what the stand-ins give out is added. */
  readonly secrets: readonly string[];
  readonly cases: readonly Case[];
}

export interface ProviderCases {
  readonly provider: string;
  /** Results that this provider cannot give, and why. */
  readonly never: Readonly<Partial<Record<ValidationResult, string>>>;
  readonly kinds: readonly KindCases[];
}

interface Sample extends Answer {
  readonly name: string;
  readonly provider?: string;
  readonly lines?: readonly string[];
  readonly response?: Answer;
}

function samplesIn(file: string): readonly Sample[] {
  const text = readFileSync(join(import.meta.dirname, '../../fixtures/samples', file), 'utf8');
  const { cases, exchanges } = JSON.parse(text) as { cases?: Sample[]; exchanges?: Sample[] };
  return cases ?? exchanges ?? [];
}

const TIER1 = samplesIn('tier1_validation.json');
const OWN_FILES: Readonly<Record<string, readonly Sample[]>> = {
  anthropic: samplesIn('anthropic_errors.json'),
  openai: samplesIn('openai_errors.json'),
  google: [...samplesIn('gemini_errors.json'), ...TIER1.filter(({ provider }) => provider === 'google')],
  mcp: samplesIn('mcp_probe.json').map(({ name, response }) => ({ name, status: 0, body: '', ...response })),
};

/** Samples that a case took, as "provider name". */
const taken = new Set<string>();

function samplesOf(provider: string): readonly Sample[] {
  return OWN_FILES[provider] ?? TIER1.filter((each) => each.provider === provider);
}

/** Recorded answers of a provider that no case of it uses. */
export function unusedSamples(provider: string): string[] {
  return samplesOf(provider)
    .map(({ name }) => name)
    .filter((name) => !taken.has(`${provider} ${name}`));
}

function sample(provider: string, name: string): Sample {
  const found = samplesOf(provider).find((each) => each.name === name);
  if (found === undefined) throw new Error(`no sample ${provider} ${name}`);
  taken.add(`${provider} ${name}`);
  return found;
}

function api(what: string, status: number, body: unknown, result: ValidationResult, headers = {}): Case {
  return { what, given: { api: { status, body, headers } }, result };
}

/** What a provider's own sample means. */
function sampled(provider: string, meanings: Readonly<Record<string, ValidationResult>>): Case[] {
  return Object.entries(meanings).map(([name, result]) => ({
    what: `the sample ${name}`,
    given: { api: sample(provider, name) },
    result,
  }));
}

function token(what: string, status: number, body: unknown, result: ValidationResult, headers = {}): Case {
  return { what, given: { token: { status, body, headers } }, result };
}

/** What is the same wherever a request goes: only the provider's own word is one about the key. */
const NO_WORD: readonly Case[] = [
  api('a 500', 500, { error: 'internal' }, 'provider_unavailable'),
  api('a 503 without words', 503, '', 'provider_unavailable'),
  api('a redirect', 302, '', 'provider_unavailable', { location: 'https://elsewhere.invalid/' }),
  api('a page of the network', 200, '<html>Please sign in.</html>', 'provider_unavailable', {
    'content-type': 'text/html',
  }),
  { what: 'another host', given: 'stranger', result: 'provider_unavailable' },
  { what: 'no server there', given: 'nobody', result: 'provider_unavailable' },
  { what: 'a connection that breaks', given: 'breaks', result: 'provider_unavailable' },
  { what: 'no answer in 10 s', given: 'silent', result: 'timeout' },
];

/** A refused key whose end, given by the owner, has passed; and a key of somebody else, which is not sent. */
function ofTheOwner(refused: Given, field: string, others = 'anthropic'): Case[] {
  const foreign = others === 'anthropic' ? fakeKey('anthropic', 'API key') : fakeKey('openai', 'project');
  return [
    { what: 'a refused key after its end', given: refused, result: 'expired', expiresAt: '2029-12-31' },
    {
      what: `a key of ${others}`,
      given: { api: { status: 200, body: {} } },
      result: 'invalid_format',
      fields: { [field]: foreign },
      unsent: true,
    },
  ];
}

/** The token endpoint of an OAuth2 client (RFC 6749 section 5.2). */
const TOKEN_ENDPOINT: readonly Case[] = [
  token('a token endpoint with a 500', 500, {}, 'provider_unavailable'),
  token('a token endpoint with a 429', 429, {}, 'rate_limited'),
  token('a client that is not known', 401, { error: 'invalid_client' }, 'invalid_key'),
  token('a scope that is not granted', 400, { error: 'invalid_scope' }, 'insufficient_permission'),
  token('a refresh token that has ended', 400, { error: 'invalid_grant' }, 'expired'),
];

const CLIENT = { client_id: 'client-1', client_secret: 'FAKE-client-secret-0001', refresh_token: 'FAKE-refresh-0001' };
const CLIENT_SECRETS = [CLIENT.client_secret, CLIENT.refresh_token];
const PEM = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();
const PEM_LINE = PEM.split('\n')[1] ?? '';
const ACCOUNT = JSON.stringify({
  type: 'service_account',
  client_email: 'robot@fake.iam.example.invalid',
  private_key: PEM,
  private_key_id: 'id-1',
});

function keyed(kind: string, field: string, value: string, cases: readonly Case[], more = {}): KindCases {
  return { kind, fields: { [field]: value, ...more }, secrets: [value], cases };
}

const anthropicValid = api('a list of models', 200, { data: [{ id: 'claude-fake' }], has_more: false }, 'valid');
const anthropicFailures: readonly Case[] = [
  anthropicValid,
  ...sampled('anthropic', {
    invalid_key: 'invalid_key',
    permission: 'insufficient_permission',
    billing_402: 'quota_exceeded',
    credit_balance_too_low: 'quota_exceeded',
    workspace_spend_limit: 'quota_exceeded',
    rate_limit: 'rate_limited',
    not_found_model: 'valid',
    api_error: 'provider_unavailable',
    gateway_timeout: 'provider_unavailable',
    unavailable: 'provider_unavailable',
    overloaded: 'provider_unavailable',
  }),
  ...NO_WORD,
];
const openaiFailures: readonly Case[] = [
  api('a list of models', 200, { object: 'list', data: [] }, 'valid'),
  ...sampled('openai', {
    invalid_key: 'invalid_key',
    missing_key: 'invalid_key',
    revoked_or_expired_key: 'invalid_key',
    restricted_key_missing_scope: 'insufficient_permission',
    region_not_supported: 'insufficient_permission',
    rate_limit: 'rate_limited',
    insufficient_quota: 'quota_exceeded',
    billing_hard_limit: 'quota_exceeded',
    model_not_allowed: 'valid',
    server_error: 'provider_unavailable',
    overloaded: 'provider_unavailable',
  }),
  ...NO_WORD,
];
const slackFailures: readonly Case[] = [
  ...sampled('slack', {
    ok: 'valid',
    invalid: 'invalid_key',
    revoked: 'invalid_key',
    account_inactive: 'invalid_key',
    expired: 'expired',
    ratelimited: 'rate_limited',
  }),
  api('a scope that is missing', 200, { ok: false, error: 'missing_scope' }, 'insufficient_permission'),
  api('trouble inside of Slack', 200, { ok: false, error: 'fatal_error' }, 'provider_unavailable'),
  ...NO_WORD,
];
const clickupFailures: readonly Case[] = [
  ...sampled('clickup', { ok: 'valid', bad_token: 'invalid_key', no_header: 'invalid_key' }),
  api('a workspace not granted', 401, { err: 'Team not authorized', ECODE: 'OAUTH_027' }, 'insufficient_permission'),
  api('too many requests', 429, { err: 'Rate limit reached', ECODE: 'APP_002' }, 'rate_limited'),
  ...NO_WORD,
];
const githubOk = sampled('github', { ok: 'valid' });
const githubLimits = sampled('github', { primary_limit: 'rate_limited', secondary_limit: 'rate_limited' });
const notForApps = { message: 'Resource not accessible by personal access token' };

const SMTP = { security: 'none', username: 'someone@example.invalid' };
const MAIL_PASSWORD = 'FAKE-password-of-mail-3';
const MAIL_TOKEN = 'FAKE-access-token.of.mail';

function login(what: string, reply: string, result: ValidationResult): Case {
  return { what, given: { login: reply }, result };
}

/** The reply to the login in a sample: the last line of the server but for the goodbye. */
function mailSample(name: string, result: ValidationResult): Case {
  const said = (sample('email', name).lines ?? []).filter((line) => /^S: (?:235|[45]\d\d|a1 )/.test(line));
  return login(`the sample ${name}`, said[0]?.replace(/^S: (?:a1 )?/, '') ?? '', result);
}

const NO_MAIL_WORD: readonly Case[] = [
  { what: 'no server there', given: 'nobody', result: 'provider_unavailable' },
  { what: 'another host', given: 'stranger', result: 'provider_unavailable' },
  { what: 'a connection that breaks', given: 'breaks', result: 'provider_unavailable' },
  { what: 'no greeting in 10 s', given: 'silent', result: 'timeout' },
];
const smtpReplies: readonly Case[] = [
  mailSample('smtp_ok', 'valid'),
  mailSample('smtp_bad', 'invalid_key'),
  mailSample('smtp_app_password_needed', 'insufficient_permission'),
  mailSample('smtp_temporary', 'provider_unavailable'),
  mailSample('smtp_busy', 'rate_limited'),
  { ...mailSample('smtp_bad', 'expired'), what: 'a refused login after its end', expiresAt: '2029-12-31' },
  ...NO_MAIL_WORD,
];
const imapReplies: readonly Case[] = [
  mailSample('imap_ok', 'valid'),
  mailSample('imap_bad', 'invalid_key'),
  mailSample('imap_expired', 'expired'),
  mailSample('imap_unavailable', 'provider_unavailable'),
  login('a full mailbox', 'NO [OVERQUOTA] Quota exceeded', 'quota_exceeded'),
  login('too many connections', 'NO [LIMIT] Too many connections', 'rate_limited'),
  login('no authorization', 'NO [AUTHORIZATIONFAILED] No such authorization', 'insufficient_permission'),
  ...NO_MAIL_WORD,
];

const MCP_TOKEN = 'FAKE-token-of-an-mcp-server';
const mcpAnswers: readonly Case[] = [
  ...sampled('mcp', {
    modern_discover_ok: 'valid',
    modern_version_mismatch: 'valid',
    unauthorized: 'invalid_key',
    insufficient_scope: 'insufficient_permission',
    origin_rejected: 'insufficient_permission',
  }),
  api('a token that has ended', 401, '', 'expired', { 'www-authenticate': 'Bearer error_description="expired"' }),
  api('a payment that is due', 402, '', 'quota_exceeded'),
  api('too many requests', 429, '', 'rate_limited', { 'retry-after': '7' }),
  ...NO_WORD,
];
const mcpPrograms: readonly Case[] = [
  { what: 'a program that serves', given: { program: 'serve' }, result: 'valid' },
  { what: 'a program that ends at once', given: { program: 'fail' }, result: 'provider_unavailable' },
  { what: 'a program that is not there', given: { program: 'missing' }, result: 'provider_unavailable' },
  { what: 'a program that says nothing', given: { program: 'silent' }, result: 'timeout' },
];

const SPENT = 'it has no prepaid use that could be spent';

/** The providers that the product has to know, and everything that each of them can answer. */
export const REQUIRED: readonly ProviderCases[] = [
  {
    provider: 'anthropic',
    never: {},
    kinds: [
      keyed('api_key', 'api_key', fakeKey('anthropic', 'API key'), [
        ...anthropicFailures,
        ...ofTheOwner({ api: sample('anthropic', 'invalid_key') }, 'api_key', 'openai'),
      ]),
      keyed('admin_key', 'admin_key', fakeKey('anthropic', 'Admin key'), [
        api('the organization', 200, { id: 'org-fake', type: 'organization', name: 'Fake' }, 'valid'),
        ...sampled('anthropic', { invalid_key: 'invalid_key', permission: 'insufficient_permission' }),
        ...NO_WORD,
      ]),
      keyed('bearer', 'auth_token', fakeKey('anthropic', 'OAuth'), [
        anthropicValid,
        ...sampled('anthropic', { invalid_key: 'invalid_key', rate_limit: 'rate_limited' }),
      ]),
    ],
  },
  {
    provider: 'openai',
    never: {},
    kinds: [
      keyed('api_key', 'api_key', fakeKey('openai', 'project'), [
        ...openaiFailures,
        ...ofTheOwner({ api: sample('openai', 'invalid_key') }, 'api_key'),
      ]),
      keyed('admin_key', 'admin_key', fakeKey('openai', 'admin'), [
        api('the list of admin keys', 200, { object: 'list', data: [] }, 'valid'),
        ...sampled('openai', { invalid_key: 'invalid_key', restricted_key_missing_scope: 'insufficient_permission' }),
        ...NO_WORD,
      ]),
    ],
  },
  {
    provider: 'mcp',
    never: {},
    kinds: [
      keyed('bearer', 'token', MCP_TOKEN, mcpAnswers),
      keyed('header', 'token', MCP_TOKEN, mcpAnswers, { header_name: 'X-Api-Key' }),
      {
        kind: 'none',
        fields: {},
        secrets: [],
        cases: [
          ...sampled('mcp', { modern_discover_ok: 'valid', unauthorized: 'insufficient_permission' }),
          ...NO_WORD,
        ],
      },
      {
        kind: 'stdio',
        fields: { env: `PEER_TOKEN=${MCP_TOKEN}` },
        secrets: [MCP_TOKEN],
        cases: [
          ...mcpPrograms,
          {
            what: 'an environment that is none',
            given: { program: 'serve' },
            result: 'invalid_format',
            fields: { env: MCP_TOKEN },
            unsent: true,
          },
        ],
      },
    ],
  },
  {
    provider: 'twocaptcha',
    never: {},
    kinds: [
      keyed('api_key', 'api_key', fakeKey('twocaptcha'), [
        ...sampled('twocaptcha', {
          ok: 'valid',
          legacy_ok: 'valid',
          bad_key: 'invalid_key',
          legacy_bad_key: 'invalid_key',
        }),
        api('no such key', 200, { errorId: 1, errorCode: 'ERROR_WRONG_USER_KEY' }, 'invalid_key'),
        api('a spent balance', 200, { errorId: 0, balance: 0 }, 'quota_exceeded'),
        api('a spent balance in words', 200, { errorId: 10, errorCode: 'ERROR_ZERO_BALANCE' }, 'quota_exceeded'),
        api('a forbidden address', 200, { errorId: 21, errorCode: 'ERROR_IP_NOT_ALLOWED' }, 'insufficient_permission'),
        api('too many requests', 200, { errorId: 2, errorCode: 'MAX_USER_TURN' }, 'rate_limited'),
        api('a 429', 429, '', 'rate_limited'),
        ...NO_WORD,
        ...ofTheOwner({ api: sample('twocaptcha', 'bad_key') }, 'api_key'),
      ]),
    ],
  },
  {
    provider: 'email',
    never: { invalid_format: 'a password has no format, and one that cannot be sent is not stored' },
    kinds: [
      { kind: 'password', fields: { ...SMTP, password: MAIL_PASSWORD }, secrets: [MAIL_PASSWORD], cases: smtpReplies },
      {
        kind: 'password',
        fields: { imap_security: 'none', username: SMTP.username, password: MAIL_PASSWORD },
        secrets: [MAIL_PASSWORD],
        cases: imapReplies,
      },
      {
        kind: 'xoauth2',
        fields: { ...SMTP, access_token: MAIL_TOKEN },
        secrets: [MAIL_TOKEN],
        cases: [mailSample('smtp_ok', 'valid'), mailSample('smtp_bad', 'invalid_key'), ...NO_MAIL_WORD],
      },
    ],
  },
  {
    provider: 'slack',
    never: { quota_exceeded: SPENT },
    kinds: [
      keyed('token', 'token', fakeKey('slack', 'bot'), [
        ...slackFailures,
        ...ofTheOwner({ api: sample('slack', 'invalid') }, 'token'),
      ]),
      keyed('user_token', 'token', fakeKey('slack', 'user'), slackFailures),
      keyed(
        'app_token',
        'token',
        fakeKey('slack', 'app-level'),
        sampled('slack', { ok: 'valid', invalid: 'invalid_key' }),
      ),
      {
        kind: 'oauth2',
        fields: CLIENT,
        secrets: CLIENT_SECRETS,
        cases: [
          ...slackFailures,
          ...TOKEN_ENDPOINT,
          token('a refusal with status 200', 200, { ok: false, error: 'invalid_refresh_token' }, 'expired'),
        ],
      },
    ],
  },
  {
    provider: 'clickup',
    never: { quota_exceeded: SPENT },
    kinds: [
      keyed('personal_token', 'token', fakeKey('clickup'), [
        ...clickupFailures,
        ...ofTheOwner({ api: sample('clickup', 'bad_token') }, 'token'),
      ]),
      keyed('oauth2', 'access_token', 'FAKE-oauth-token-of-clickup', clickupFailures),
    ],
  },
  {
    provider: 'github',
    never: { quota_exceeded: SPENT },
    kinds: [
      keyed('token', 'token', fakeKey('github', 'classic PAT'), [
        ...githubOk,
        ...githubLimits,
        ...sampled('github', { bad: 'invalid_key', app_token_on_user: 'valid' }),
        api('a permission that is missing', 403, notForApps, 'insufficient_permission'),
        api(
          'single sign-on',
          403,
          { message: 'protected by organization SAML enforcement' },
          'insufficient_permission',
        ),
        ...NO_WORD,
        ...ofTheOwner({ api: sample('github', 'bad') }, 'token'),
      ]),
      {
        kind: 'app',
        fields: { app_id: '12345', private_key: PEM },
        secrets: [PEM, PEM_LINE],
        cases: [
          api('the app', 200, { id: 12345, slug: 'fake-app', name: 'Fake' }, 'valid'),
          ...githubLimits,
          ...sampled('github', { bad: 'invalid_key' }),
          ...NO_WORD,
        ],
      },
      {
        kind: 'app',
        fields: { app_id: '12345', installation_id: '678', private_key: PEM },
        secrets: [PEM, PEM_LINE],
        cases: [
          api('the installation', 200, { total_count: 1, repositories: [{ id: 1 }] }, 'valid'),
          token('an app that is not known', 401, { message: 'Bad credentials' }, 'invalid_key'),
          token('a token endpoint with a 500', 500, {}, 'provider_unavailable'),
        ],
      },
      {
        kind: 'oauth',
        fields: CLIENT,
        secrets: CLIENT_SECRETS,
        cases: [
          ...githubOk,
          ...TOKEN_ENDPOINT,
          token('a refusal with status 200', 200, { error: 'bad_refresh_token' }, 'expired'),
        ],
      },
    ],
  },
  {
    provider: 'telegram',
    never: { quota_exceeded: SPENT, insufficient_permission: 'the token is the bot; there is nothing less' },
    kinds: [
      keyed('bot_token', 'token', fakeKey('telegram'), [
        ...sampled('telegram', {
          ok: 'valid',
          bad_token: 'invalid_key',
          malformed_token: 'invalid_key',
          not_found: 'invalid_key',
          flood: 'rate_limited',
        }),
        ...NO_WORD,
        ...ofTheOwner({ api: sample('telegram', 'bad_token') }, 'token'),
      ]),
    ],
  },
  {
    provider: 'google',
    never: {},
    kinds: [
      keyed('api_key', 'api_key', fakeKey('google', 'Gemini'), [
        api('a list of models', 200, { models: [{ name: 'models/fake' }] }, 'valid'),
        ...sampled('google', {
          invalid_key: 'invalid_key',
          missing_credentials: 'invalid_key',
          leaked_key: 'invalid_key',
          expired_key: 'expired',
          quota: 'quota_exceeded',
          service_disabled: 'insufficient_permission',
          key_blocked_for_service: 'insufficient_permission',
          overloaded: 'provider_unavailable',
          internal: 'provider_unavailable',
        }),
        api('a day that is used up', 429, { error: { details: [{ quotaId: 'RequestsPerDay' }] } }, 'quota_exceeded'),
        api('too many a minute', 429, { error: { details: [{ quotaId: 'RequestsPerMinute' }] } }, 'rate_limited'),
        ...NO_WORD,
        ...ofTheOwner({ api: sample('google', 'invalid_key') }, 'api_key'),
      ]),
      {
        kind: 'oauth2',
        fields: CLIENT,
        secrets: CLIENT_SECRETS,
        cases: [
          ...sampled('google', { tokeninfo_ok: 'valid', tokeninfo_bad: 'invalid_key' }),
          { what: 'the sample client_bad', given: { token: sample('google', 'client_bad') }, result: 'invalid_key' },
          {
            what: 'the sample refresh_revoked',
            given: { token: sample('google', 'refresh_revoked') },
            result: 'expired',
          },
          ...TOKEN_ENDPOINT,
          ...NO_WORD,
        ],
      },
      {
        kind: 'service_account',
        fields: { json: ACCOUNT },
        secrets: [ACCOUNT, PEM_LINE],
        cases: [
          ...sampled('google', { tokeninfo_ok: 'valid' }),
          {
            what: 'a key that Google knows no more',
            given: { token: sample('google', 'refresh_revoked') },
            result: 'invalid_key',
          },
          token('a scope that is not granted', 400, { error: 'invalid_scope' }, 'insufficient_permission'),
          ...NO_WORD,
        ],
      },
    ],
  },
];
