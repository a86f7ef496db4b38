import { z } from 'zod';
import { headerName, jsonPath, text } from './parts.ts';

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

const status = z.union([z.int().min(100).max(599), z.enum(['2xx', '3xx', '4xx', '5xx'])]);

/** All members of `when` must hold; the first rule that matches wins. */
export const rule = z.strictObject({
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
export const fact = z.strictObject({
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

/** Counters in response headers. A member is left out where nothing is sent or its unit is not known. */
export const rateLimit = z.strictObject({
  what: z.enum(['requests', 'tokens', 'input_tokens', 'output_tokens', 'complexity', 'concurrency']),
  per: z.enum(['second', 'minute', 'hour', 'day']).optional(),
  limit: headerName.optional(),
  remaining: headerName.optional(),
  reset: headerName.optional(),
  /** `duration` is written as 1s, 120ms or 6m0s. */
  resetAs: z.enum(['seconds', 'epoch_seconds', 'epoch_milliseconds', 'duration', 'rfc3339']).optional(),
});
