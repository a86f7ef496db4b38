import { z } from 'zod';
import { field } from './auth-kind.ts';
import { fieldName, providerId } from './parts.ts';

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
