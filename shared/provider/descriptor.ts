import { z } from 'zod';
import { descriptorProblems } from '../provider-rules.ts';
import { accountApi } from './account-api.ts';
import { rateLimit, rule } from './answer.ts';
import { authKind } from './auth-kind.ts';
import { check } from './check.ts';
import { usage } from './metering.ts';
import { catalogueUrl, httpsUrl, providerId, text, variableName } from './parts.ts';

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

/**
 * The schema of a catalogue entry (resources/providers/ID.json). A new HTTP provider is such a file and no code.
 * Templates hold field names in braces: "Bearer {api_key}". Paths are relative to the base URL.
 * What one member says about another (names that must exist, hosts that must be public) is in provider-rules.ts.
 */
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
    environment: z.array(variableName).default([]),
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
