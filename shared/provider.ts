import { z } from 'zod';
import { FIELD_NAME_PATTERN, PROVIDER_ID_PATTERN } from './reference.ts';

/**
 * The schema of a catalogue entry (resources/providers/ID.json). A new HTTP provider is such a file and no code.
 * Templates hold field names in braces: "Bearer {api_key}". Paths are relative to the base URL.
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
  /** What a public field must be, where it becomes part of a request. */
  shape: z.enum(['header_name', 'header_value', 'path']).optional(),
});

/** Where the credential goes in a request; `optional`: only if every field it names is filled in. */
const placement = z.discriminatedUnion('where', [
  z.strictObject({ where: z.literal('header'), name: text, value: text, optional: z.boolean().default(false) }),
  z.strictObject({ where: z.literal('query'), name: text, value: text, optional: z.boolean().default(false) }),
  z.strictObject({ where: z.literal('path'), prefix: text }),
  z.strictObject({ where: z.literal('basic'), user: z.string(), password: z.string() }),
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
});

const authKind = z.strictObject({
  kind: fieldName,
  label: text,
  /** The field that `--stdin` reads and `get` prints. */
  primary: fieldName,
  fields: z.array(field).min(1),
  send: z.array(placement),
  environment: z.array(environment),
  formats: z.array(format),
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
    /** `path` is a dotted path into the JSON body; "[]" is not supported. */
    json: z
      .strictObject({
        path: z.string(),
        equals: z.union([z.string(), z.number(), z.boolean(), z.null()]).optional(),
        contains: z.string().optional(),
        exists: z.boolean().optional(),
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

const fact = z.strictObject({
  name: z.string().regex(/^[a-z][a-zA-Z0-9]*$/),
  label: text,
  from: z.union([z.strictObject({ header: headerName }), z.strictObject({ json: z.string() })]),
});

const check = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9_]*$/),
  for: z.array(fieldName).min(1),
  method: z.enum(['GET', 'HEAD', 'POST']),
  /** Joined to the base URL; "{field}" where the owner chose the path. */
  path: z.string().regex(/^(\/|\{[a-z][a-z0-9_]*\}$)/),
  headers: z.record(headerName, z.string()).default({}),
  body: z.unknown().optional(),
  costMicroUsd: z.int().min(0),
  proves: text,
  facts: z.array(fact).default([]),
});

export const providerDescriptor = z.strictObject({
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
    default: httpsUrl.nullable(),
    changeable: z.boolean(),
    /** Environment variables by which the provider's SDK takes another base URL. */
    environment: z.array(z.string()).default([]),
  }),
  auth: z.array(authKind).min(1),
  checks: z.array(check),
  interpret: z.array(rule),
});
export type ProviderDescriptor = z.output<typeof providerDescriptor>;
export type AuthKindDescriptor = ProviderDescriptor['auth'][number];
export type FieldDescriptor = AuthKindDescriptor['fields'][number];
export type CheckDescriptor = ProviderDescriptor['checks'][number];

/** What a window or a command line needs to know of a provider: no rules, no check internals. */
export const providerInfo = z.strictObject({
  id: providerId,
  name: z.string(),
  category: z.string(),
  links: z.strictObject({ docs: z.string().optional(), keys: z.string().optional(), status: z.string().optional() }),
  icon: z.strictObject({ initials: z.string(), hue: z.int() }),
  baseUrl: z.strictObject({ default: z.string().nullable(), changeable: z.boolean() }),
  auth: z.array(
    z.strictObject({
      kind: z.string(),
      label: z.string(),
      primary: fieldName,
      fields: z.array(field),
      environment: z.array(z.string()),
      check: z.strictObject({ costMicroUsd: z.int(), proves: z.string() }).nullable(),
    }),
  ),
});
export type ProviderInfo = z.output<typeof providerInfo>;
