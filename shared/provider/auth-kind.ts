import { z } from 'zod';
import { catalogueUrl, fieldName, httpsUrl, text, variableName } from './parts.ts';
import { token } from './token.ts';

/** One field of a credential of this kind. */
export const field = z.strictObject({
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

/** Checksums that keys carry, each computed by code of its own (electron/core/providers/checksums.ts). */
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
  names: z.array(variableName).min(1),
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

export const authKind = z.strictObject({
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
export type AuthKindDescriptor = z.output<typeof authKind>;

export type FieldDescriptor = z.output<typeof field>;
