import { z } from 'zod';
import { providerId } from '../provider/parts.ts';
import { label } from './schemas.ts';

/**
 * What the owner may change about the way of proxied calls, for a provider or for one client. A rule is a document that a
 * person can read; it is applied before the proxy's own checks and cannot get around them.
 */
const headerName = z
  .string()
  .regex(/^[!#$%&'*+\-.^_`|~0-9a-z]+$/, 'is no header name in lower case')
  .max(64);
const headerValue = z
  .string()
  .regex(/^[\x20-\x7e]*$/, 'holds characters that a header cannot carry')
  .max(1024);
const pathPart = z
  .string()
  .regex(/^\/(?:[\w.~-]+\/?)*$/, 'is no plain path that begins with a slash')
  .refine((path) => !path.split('/').some((segment) => segment === '.' || segment === '..'), 'holds dot segments')
  .max(200);

export const headerEdit = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('set'), name: headerName, value: headerValue }),
  z.strictObject({ do: z.literal('remove'), name: headerName }),
  z.strictObject({ do: z.literal('rename'), name: headerName, to: headerName }),
]);
export type HeaderEdit = z.output<typeof headerEdit>;

/** The first `from` that is the whole path or the start of it, up to a slash, is replaced. */
export const pathRewrite = z.strictObject({ from: pathPart, to: pathPart });
export type PathRewrite = z.output<typeof pathRewrite>;

export const cacheRule = z.strictObject({
  /** Answers are kept no longer than this, whatever they say themselves. */
  maxSeconds: z.int().min(1).max(86_400),
  /**
   * Also what the provider marks as private or says nothing about: most APIs do. What it forbids to store is not kept.
   * Served again only for the same credential, in either case.
   */
  evenPrivate: z.boolean().default(false),
});
export type CacheRule = z.output<typeof cacheRule>;

export const POOL_STRATEGIES = ['priority', 'round-robin', 'least-used', 'cheapest'] as const;
export const poolRule = z.strictObject({
  strategy: z.enum(POOL_STRATEGIES),
  /** Labels of credentials of the provider, first choice first. */
  members: z
    .array(
      z.strictObject({
        label,
        /** What a call costs with it, compared with the others; only `cheapest` reads it. */
        cost: z.number().min(0).max(1_000_000).default(1),
      }),
    )
    .min(2)
    .max(16)
    .refine((members) => new Set(members.map((member) => member.label)).size === members.length, 'names one twice'),
});
export type PoolRule = z.output<typeof poolRule>;

const changes = {
  requestHeaders: z.array(headerEdit).max(32).default([]),
  responseHeaders: z.array(headerEdit).max(32).default([]),
  paths: z.array(pathRewrite).max(32).default([]),
};

export const routingRule = z.discriminatedUnion('for', [
  z.strictObject({
    for: z.literal('provider'),
    provider: providerId,
    ...changes,
    /** null: nothing is kept. */
    cache: cacheRule.nullable().default(null),
    /** null: the credential that was asked for, and no other. */
    pool: poolRule.nullable().default(null),
  }),
  /** Applied after those of the provider. */
  z.strictObject({ for: z.literal('client'), client: z.string().regex(/^[0-9A-Za-z]{10}$/), ...changes }),
]);
export type RoutingRule = z.output<typeof routingRule>;

export const routingScope = z.union([
  z.strictObject({ provider: providerId }),
  z.strictObject({ client: z.string().regex(/^[0-9A-Za-z]{10}$/) }),
]);
export type RoutingScope = z.output<typeof routingScope>;

/**
 * How a credential of a pool does. `resting`: it was exhausted or refused and is tried again at `until`. `missing`: there
 * is none of this label, or it is suspended, revoked or in the bin.
 */
export const poolMember = z.strictObject({
  provider: providerId,
  label: z.string(),
  state: z.enum(['healthy', 'resting', 'probing', 'missing']),
  until: z.iso.datetime().nullable(),
  /** The status that sent it to rest. */
  because: z.int().nullable(),
  /** What sent it to rest: an answer to a call, a connection test, or the report of a tool. */
  told: z.enum(['answer', 'test', 'tool']).nullable(),
});
export type PoolMember = z.output<typeof poolMember>;
