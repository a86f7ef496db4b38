import { z } from 'zod';
import { descriptorProblems } from './provider-rules.ts';
import { FIELD_NAME_PATTERN, PROVIDER_ID_PATTERN } from './reference.ts';

/**
 * The schema of a catalogue entry (resources/providers/ID.json). A new HTTP provider is such a file and no code.
 * Templates hold field names in braces: "Bearer {api_key}". Paths are relative to the base URL.
 * What one member says about another (names that must exist, hosts that must be public) is in provider-rules.ts.
 */
export const VALIDATION_RESULTS = [
  'valid',
  'invalid_format',
  'invalid_key',
  'expired',
  'insufficient_permission',
  'quota_exceeded',
  'rate_limited',
  'provider_unavailable',
  'timeout',
] as const;
export const validationResult = z.enum(VALIDATION_RESULTS);
export type ValidationResult = z.output<typeof validationResult>;

export const providerId = z.string().regex(PROVIDER_ID_PATTERN);
export const fieldName = z.string().regex(FIELD_NAME_PATTERN);
const text = z.string().min(1).max(400);
const httpsUrl = z
  .string()
  .regex(/^https:\/\/[^\s]+$/)
  .max(400);
/**
 * A base URL of the catalogue: https on a public host, or http for a local kind. It may hold public fields in braces,
 * whose `shape` keeps them from changing more than their own part.
 */
const catalogueUrl = z
  .string()
  .regex(/^https?:\/\/[^\s?#]+$/)
  .max(400);
/** A dotted path into a JSON body: numbers index arrays, the empty path is the body itself. */
const jsonPath = z.string().max(200);
const headerName = z.string().regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/);

const field = z.strictObject({
  name: fieldName,
  label: text,
  secret: z.boolean(),
  required: z.boolean(),
  default: text.optional(),
  hint: text.optional(),
  /** A PEM, a JSON file: more than one line is part of the value. */
  multiline: z.boolean().default(false),
  /**
   * What a public field must be, where it becomes part of a request. `host_label` is one name without dots, `host` a
   * name or address with or without a port, `hostname` one without, `path_segment` holds no slash, question mark or
   * dots alone.
   */
  shape: z
    .enum(['header_name', 'header_value', 'path', 'path_segment', 'host_label', 'host', 'hostname', 'port'])
    .optional(),
  /** Got from the provider and kept by Keyharbor; never asked for and never taken from the owner. */
  obtained: z.boolean().optional(),
  /** The only values that a public field can have. */
  options: z.array(text).min(2).optional(),
});

/**
 * Where the credential goes in a request; `optional`: only if every field it names is filled in.
 * `body` is a member of a JSON object in the body of a POST. `url`: the value is the whole URL to call, and has to
 * start with one of `prefixes`; the path of a check is not added to it.
 */
const placement = z.discriminatedUnion('where', [
  z.strictObject({ where: z.literal('header'), name: text, value: text, optional: z.boolean().default(false) }),
  z.strictObject({ where: z.literal('query'), name: text, value: text, optional: z.boolean().default(false) }),
  z.strictObject({ where: z.literal('path'), prefix: text }),
  z.strictObject({ where: z.literal('basic'), user: z.string(), password: z.string() }),
  z.strictObject({ where: z.literal('body'), name: text, value: text }),
  /** AWS Signature Version 4 of the whole request. `region` is a template. */
  z.strictObject({
    where: z.literal('sigv4'),
    accessKeyId: fieldName,
    secretAccessKey: fieldName,
    sessionToken: fieldName,
    service: text,
    region: text,
  }),
  z.strictObject({ where: z.literal('url'), field: fieldName, prefixes: z.array(httpsUrl).min(1) }),
]);

export const CHECKSUMS = ['crc32-base62-tail6', 'sha256-base32-github-fine-grained', 'crc32-base36-tail7'] as const;

const format = z.strictObject({
  field: fieldName,
  label: text,
  /** Unanchored, no look-around, works in RE2 and JavaScript. */
  regex: z.string().max(400),
  /** The literal start by which a pasted value is recognised while it is still being typed. */
  prefix: z.string().max(40).optional(),
  /** The shape is shared by many vendors: never proposed from the value alone. */
  generic: z.boolean().default(false),
  checksum: z.enum(CHECKSUMS).optional(),
  /** Whether a checksum mismatch is worth a warning; some are hints only. */
  checksumIsHint: z.boolean().default(false),
  /** What a person should be told about a key of this shape: an admin key, a test key. */
  note: text.optional(),
});

const environment = z.strictObject({
  field: fieldName,
  /** The first is injected by `run`; the others are recognised on import. */
  names: z.array(z.string().regex(/^[A-Z_][A-Z0-9_]*$/)).min(1),
  /** Only where this other field is filled in too. */
  with: fieldName.optional(),
});

/**
 * Where a kind goes that has no base URL: public fields say it. Bound to the secret as a base URL is, and held to the
 * same address rules. Mail servers: `host` may be left empty where the other server is given; `port` and `security`
 * (tls, starttls, none) follow from each other. `mcp_stdio` is a program on this computer.
 */
const address = z.discriminatedUnion('protocol', [
  z.strictObject({ protocol: z.enum(['smtp', 'imap']), host: fieldName, port: fieldName, security: fieldName }),
  z.strictObject({ protocol: z.literal('mcp_http'), url: fieldName }),
  /** The server that gives tokens for the one before it; may be left empty where that is the same host. */
  z.strictObject({ protocol: z.literal('oauth'), issuer: fieldName }),
  z.strictObject({ protocol: z.literal('mcp_stdio'), command: fieldName, args: fieldName }),
]);
export type AddressDescriptor = z.output<typeof address>;

/**
 * Where access tokens are got. In its templates public fields fill one path segment; with `field` the value of that
 * public field, one of its `options`, chooses. Such a kind has no base URL of its own: its secrets are this server's.
 */
const tokenUrl = z.union([
  catalogueUrl,
  z.strictObject({ field: fieldName, urls: z.record(z.string(), catalogueUrl) }),
]);
export type TokenUrl = z.output<typeof tokenUrl>;

const oauthClient = {
  tokenUrl,
  clientId: fieldName,
  clientSecret: fieldName,
  /** How the client says who it is (RFC 6749 section 2.3.1): in the body, or as HTTP Basic. */
  clientAuth: z.enum(['post', 'basic']).default('post'),
  /** Public field with scopes, with spaces between. */
  scopes: fieldName.optional(),
};

/**
 * How the primary value of a kind is got: a live access token, never typed in. `expiresAt` is the public field that
 * says until when it is good.
 */
const token = z.discriminatedUnion('grant', [
  /** RFC 6749 section 6. The refresh token is given by the owner, or got by a sign-in in the browser. */
  z.strictObject({
    grant: z.literal('refresh_token'),
    expiresAt: fieldName,
    ...oauthClient,
    refreshToken: fieldName,
    /** Member of the answer that holds the tokens of a person, where they stand apart. */
    within: jsonPath.default(''),
    /** RFC 6749 section 4.1 with PKCE (RFC 7636) and a loopback redirect (RFC 8252 section 7.3). */
    signIn: z
      .strictObject({
        url: httpsUrl,
        parameters: z.record(z.string(), text).default({}),
        /** Name of the parameter that takes the scopes. */
        scopeParameter: z.string().default('scope'),
        /** Public field with the port of the redirect, where the provider wants it registered. */
        port: fieldName.optional(),
      })
      .optional(),
  }),
  /** RFC 6749 section 4.4. */
  z.strictObject({ grant: z.literal('client_credentials'), expiresAt: fieldName, ...oauthClient }),
  /** RFC 7523 as Google uses it: the whole JSON key of a service account. Its own token_uri is not followed. */
  z.strictObject({
    grant: z.literal('google_service_account'),
    expiresAt: fieldName,
    tokenUrl,
    key: fieldName,
    scopes: fieldName,
  }),
  /** A signed app token; where an installation is given, exchanged for one of it at `path` below the base URL. */
  z.strictObject({
    grant: z.literal('github_app'),
    expiresAt: fieldName,
    appId: fieldName,
    key: fieldName,
    installation: fieldName,
    path: z.string().regex(/^\//),
  }),
  /**
   * The MCP authorization specification: the server at `url` names its authorization server (RFC 9728), whose endpoints
   * are looked up there (RFC 8414). A client without `clientId` is registered at each sign-in (RFC 7591) and kept in
   * `registration`. Nothing goes to another host than that of `url` or `issuer`.
   */
  z.strictObject({
    grant: z.literal('mcp_oauth'),
    expiresAt: fieldName,
    url: fieldName,
    issuer: fieldName,
    clientId: fieldName,
    clientSecret: fieldName,
    scopes: fieldName,
    refreshToken: fieldName,
    registration: fieldName,
  }),
  /** Temporary AWS credentials from the STS that is the base URL; a role where one is given. */
  z.strictObject({
    grant: z.literal('aws_session'),
    expiresAt: fieldName,
    accessKeyId: fieldName,
    secretAccessKey: fieldName,
    region: fieldName,
    role: fieldName,
    /** Where the temporary ones are kept; the session token is the primary value. */
    sessionAccessKeyId: fieldName,
    sessionSecretAccessKey: fieldName,
  }),
]);
export type TokenDescriptor = z.output<typeof token>;

const authKind = z.strictObject({
  kind: fieldName,
  label: text,
  /** The field that `--stdin` reads and `get` prints; one that may be empty only where `secretless` says so. */
  primary: fieldName,
  /** The field that `--stdin` reads, where the primary value is obtained. */
  entered: fieldName.optional(),
  /** The primary value is a live access token, got with what the owner gave. */
  token: token.optional(),
  /** A kind that can do without a secret: a server that asks for none. */
  secretless: z.boolean().default(false),
  fields: z.array(field).min(1),
  send: z.array(placement),
  environment: z.array(environment),
  formats: z.array(format),
  address: z.array(address).default([]),
  /** Where this kind talks to another place than the provider's base URL. */
  baseUrl: catalogueUrl.optional(),
  /** A server on this computer or network: http and one exact loopback or private address are in order. */
  local: z.boolean().default(false),
  /** What a person should know before keeping such a credential. */
  note: text.optional(),
});

const status = z.union([z.int().min(100).max(599), z.enum(['2xx', '3xx', '4xx', '5xx'])]);

/** All members of `when` must hold; the first rule that matches wins. */
const rule = z.strictObject({
  checks: z.array(z.string()).optional(),
  when: z.strictObject({
    status: z.array(status).min(1).optional(),
    header: z
      .strictObject({ name: headerName, equals: z.string().optional(), contains: z.string().optional() })
      .optional(),
    /** All members but `path` must hold. For the last three a number sent as text is a number. */
    json: z
      .strictObject({
        path: jsonPath,
        equals: z.union([z.string(), z.number(), z.boolean(), z.null()]).optional(),
        oneOf: z.array(z.union([z.string(), z.number()])).optional(),
        contains: z.string().optional(),
        exists: z.boolean().optional(),
        atMost: z.number().optional(),
        atLeast: z.number().optional(),
        /** At least the number at this other path. */
        atLeastPath: jsonPath.optional(),
      })
      .optional(),
    /** Case-insensitive text anywhere in the body. */
    text: z.string().optional(),
  }),
  result: validationResult,
  /** One sentence: what was found. */
  detail: text.optional(),
  /** One sentence: what to do about it. */
  hint: text.optional(),
});

/**
 * Something the provider says for free. Names with a meaning of their own: account, organization, scopes, tier,
 * expires, balance, used, limit, remaining.
 */
const fact = z.strictObject({
  name: z.string().regex(/^[a-z][a-zA-Z0-9]*$/),
  label: text,
  from: z.union([
    z.strictObject({ header: headerName }),
    /** `minus`: the number at that path is taken off. */
    z.strictObject({ json: jsonPath, minus: jsonPath.optional() }),
  ]),
  /**
   * How to read it. `list`: the texts of an array. `time`: RFC 3339 or epoch seconds. Money, as a number or as text:
   * in dollars, in cents, or in cents with a minus sign where the user has some left.
   */
  as: z.enum(['text', 'list', 'count', 'time', 'usd', 'cents', 'negated_cents']).default('text'),
});

const anyCheck = {
  id: z.string().regex(/^[a-z][a-z0-9_]*$/),
  for: z.array(fieldName).min(1),
  costMicroUsd: z.int().min(0),
  proves: text,
};

const httpCheck = z.strictObject({
  ...anyCheck,
  protocol: z.literal('http').default('http'),
  method: z.enum(['GET', 'HEAD', 'POST']),
  /**
   * Another place than the base URL. Such a check is passed over where the credential has a base URL that is not in
   * this file: the next one for its kind is taken.
   */
  baseUrl: catalogueUrl.optional(),
  /**
   * Joined to the base URL; "{field}" where the owner chose the path. Elsewhere a field fills one path segment or
   * query value. The check is passed over where the path names a field that is not filled in.
   */
  path: z.string().regex(/^(\/|\{[a-z][a-z0-9_]*\}$)/),
  headers: z.record(headerName, z.string()).default({}),
  body: z.unknown().optional(),
  /** Fields without which it is passed over, beside those of its path. */
  needs: z.array(fieldName).default([]),
  /** A body of a form instead; its values are templates. */
  form: z.record(z.string(), z.string()).optional(),
  facts: z.array(fact).default([]),
});

/** Other protocols have code of their own; what they need is said by the kind's `address` and `send`. */
export const OTHER_PROTOCOLS = ['smtp', 'imap', 'mcp_http', 'mcp_stdio'] as const;
const otherCheck = z.strictObject({ ...anyCheck, protocol: z.enum(OTHER_PROTOCOLS) });

const check = z.discriminatedUnion('protocol', [httpCheck, otherCheck]);

/** Counters in response headers. A member is left out where nothing is sent or its unit is not known. */
const rateLimit = z.strictObject({
  what: z.enum(['requests', 'tokens', 'input_tokens', 'output_tokens', 'complexity', 'concurrency']),
  per: z.enum(['second', 'minute', 'hour', 'day']).optional(),
  limit: headerName.optional(),
  remaining: headerName.optional(),
  reset: headerName.optional(),
  /** `duration` is written as 1s, 120ms or 6m0s. */
  resetAs: z.enum(['seconds', 'epoch_seconds', 'epoch_milliseconds', 'duration', 'rfc3339']).optional(),
});

/**
 * A header name in lower case, or the start of some, ending with "*". None that carries a credential: those never pass,
 * whatever stands here.
 */
const headerPattern = z.string().regex(/^[a-z0-9][a-z0-9_-]*\*?$/);

/** Headers that the proxy passes on for this provider, besides those that it passes for all. */
const proxy = z.strictObject({
  requestHeaders: z.array(headerPattern).default([]),
  responseHeaders: z.array(headerPattern).default([]),
});

/** Whose way of telling what a call used the answers follow; `none`: nothing is told, only calls can be counted. */
export const USAGE_KINDS = [
  'none',
  'openai',
  'anthropic',
  'gemini',
  'cohere',
  'deepseek',
  'groq',
  'mistral',
  'ollama',
  'openrouter',
  'perplexity',
  'replicate',
  'xai',
  'elevenlabs',
  'deepgram',
  'twocaptcha',
] as const;
export type UsageKind = (typeof USAGE_KINDS)[number];
const usage = z.strictObject({
  kind: z.enum(USAGE_KINDS),
  unit: z.enum(['tokens', 'characters', 'seconds', 'captchas', 'messages', 'calls']),
  /** The provider knows stream_options.include_usage in chat completions. */
  includeUsage: z.boolean().default(false),
});

/** Forms of answers that hold figures by day, each read by code of its own (electron/core/usage/provider-figures/). */
export const FIGURES_SHAPES = [
  'openai_usage',
  'openai_costs',
  'anthropic_usage',
  'anthropic_costs',
  'openrouter_activity',
] as const;
export type FiguresShape = (typeof FIGURES_SHAPES)[number];

/**
 * Balance, usage and cost in the provider's own figures. Besides fields, paths and bodies may name the asked period:
 * {from_rfc3339} {to_rfc3339} {from_epoch} {to_epoch} {from_date} {to_date}.
 */
const accountApi = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9_]*$/),
  what: z.enum(['balance', 'usage', 'cost', 'quota', 'workspaces', 'prices']),
  for: z.array(fieldName).min(1),
  method: z.enum(['GET', 'POST']),
  baseUrl: catalogueUrl.optional(),
  path: z.string().regex(/^\//),
  headers: z.record(headerName, z.string()).default({}),
  body: z.unknown().optional(),
  /** What the key must be allowed to do. */
  needs: text.optional(),
  /** The answer holds figures by day in this form; pages are followed. */
  figures: z.enum(FIGURES_SHAPES).optional(),
  facts: z.array(fact).default([]),
});

const descriptor = z.strictObject({
  schema: z.literal('keyharbor.provider/1'),
  id: providerId,
  name: text,
  category: z.enum([
    'llm',
    'mcp',
    'captcha',
    'email',
    'chat',
    'project',
    'devops',
    'cloud',
    'audio',
    'payments',
    'other',
  ]),
  links: z.strictObject({ docs: httpsUrl.optional(), keys: httpsUrl.optional(), status: httpsUrl.optional() }),
  icon: z.strictObject({ initials: z.string().min(1).max(3), hue: z.int().min(0).max(359) }),
  baseUrl: z.strictObject({
    /** What the provider's official SDK uses; null where the user must give one. */
    default: catalogueUrl.nullable(),
    changeable: z.boolean(),
    /** What to put in where the user must or may give another one. */
    hint: text.optional(),
    /** Environment variables by which the provider's SDK takes another base URL; the first one is set. */
    environment: z.array(z.string()).default([]),
    /** Other addresses of the same provider, of a region or a product: the catalogue's, so no confirmation is needed. */
    choices: z.array(z.strictObject({ label: text, url: catalogueUrl })).default([]),
    /** Versions of the API, each below its own path; one that is not enabled is not called. */
    versions: z
      .array(
        z.strictObject({
          name: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/),
          path: z.string().regex(/^\//),
          enabled: z.boolean().default(true),
        }),
      )
      .default([]),
  }),
  auth: z.array(authKind).min(1),
  checks: z.array(check),
  interpret: z.array(rule),
  rateLimits: z.array(rateLimit).default([]),
  usage: usage.optional(),
  proxy: proxy.default({ requestHeaders: [], responseHeaders: [] }),
  accountApis: z.array(accountApi).default([]),
});
export const providerDescriptor = descriptor.superRefine((given, context) => {
  for (const problem of descriptorProblems(given)) context.addIssue({ code: 'custom', ...problem });
});
/** `own`: a row of the vault, not of the program: where it goes is stored with each of its credentials. */
export type ProviderDescriptor = z.output<typeof descriptor> & { readonly own?: true };
export type AuthKindDescriptor = ProviderDescriptor['auth'][number];
export type FieldDescriptor = AuthKindDescriptor['fields'][number];
export type CheckDescriptor = ProviderDescriptor['checks'][number];
export type AccountApi = ProviderDescriptor['accountApis'][number];
export type HttpCheckDescriptor = Extract<CheckDescriptor, { protocol: 'http' }>;

/** What a window or a command line needs to know of a provider: no rules, no check internals. */
export const providerInfo = z.strictObject({
  id: providerId,
  name: z.string(),
  category: z.string(),
  /** Made by the owner, not of the catalogue. */
  own: z.boolean(),
  /** One that is off takes no new credentials, tests none and hands none out. */
  enabled: z.boolean(),
  links: z.strictObject({ docs: z.string().optional(), keys: z.string().optional(), status: z.string().optional() }),
  icon: z.strictObject({ initials: z.string(), hue: z.int() }),
  baseUrl: z.strictObject({
    default: z.string().nullable(),
    changeable: z.boolean(),
    hint: z.string().optional(),
    /** Other addresses of the same provider: taken like the default, without a confirmation. */
    choices: z.array(z.strictObject({ label: z.string(), url: z.string() })),
  }),
  auth: z.array(
    z.strictObject({
      kind: z.string(),
      label: z.string(),
      /** The field that `--stdin` reads. */
      primary: fieldName,
      /** Those that the owner fills in. */
      fields: z.array(field),
      /** The field that a sign-in in the browser fills; null where there is none. */
      signIn: fieldName.nullable(),
      environment: z.array(z.string()),
      /** Public fields say where it goes (a host, a URL, a program): there is no base URL, but `local` has a meaning. */
      ownAddress: z.boolean().default(false),
      /** A server on this computer or network: its base URL may be http and a private address. */
      local: z.boolean(),
      /** What a person should know before keeping such a credential. */
      note: z.string().optional(),
      check: z.strictObject({ costMicroUsd: z.int(), proves: z.string() }).nullable(),
    }),
  ),
});
export type ProviderInfo = z.output<typeof providerInfo>;
