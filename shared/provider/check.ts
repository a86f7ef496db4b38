import { z } from 'zod';
import { fact } from './answer.ts';
import { catalogueUrl, fieldName, headerName, text } from './parts.ts';

/** `costMicroUsd`: what one run costs at the provider's prices; `proves`: what success tells. */
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
   * the catalogue: the next one for its kind is taken.
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

export const check = z.discriminatedUnion('protocol', [httpCheck, otherCheck]);
export type CheckDescriptor = z.output<typeof check>;

export type HttpCheckDescriptor = Extract<CheckDescriptor, { protocol: 'http' }>;
