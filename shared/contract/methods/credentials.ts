import { z } from 'zod';
import { fieldName, providerId } from '../../provider/parts.ts';
import { BOTH, method, nothing, SOCKET, UNLOCKED, WINDOW } from '../method.ts';
import {
  checkResult,
  credentialChanges,
  credentialDetail,
  credentialId,
  credentialState,
  credentialSummary,
  fieldValue,
  newCredential,
  password,
  saved,
  scope,
  target,
} from '../schemas.ts';

const onCredential = z.strictObject({ target });

/** Credentials: keeping, changing and handing them out. */
export const credentialMethods = {
  'credentials.list': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({ provider: providerId.optional(), state: credentialState.optional() }),
    output: z.array(credentialSummary),
  }),
  'credentials.get': method({ callers: BOTH, states: UNLOCKED, input: onCredential, output: credentialDetail }),
  'credentials.add': method({ callers: BOTH, states: UNLOCKED, input: newCredential, output: saved }),
  'credentials.edit': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({ target, changes: credentialChanges }),
    output: saved,
  }),
  'credentials.suspend': method({ callers: BOTH, states: UNLOCKED, input: onCredential, output: credentialDetail }),
  'credentials.reinstate': method({ callers: BOTH, states: UNLOCKED, input: onCredential, output: credentialDetail }),
  'credentials.revoke': method({ callers: BOTH, states: UNLOCKED, input: onCredential, output: credentialDetail }),
  /** To the bin: not served, label free, restorable for 30 days. */
  'credentials.delete': method({ callers: BOTH, states: UNLOCKED, input: onCredential, output: credentialDetail }),
  'credentials.restore': method({ callers: BOTH, states: UNLOCKED, input: onCredential, output: credentialDetail }),
  /** Destroys the data keys of all versions. Not undoable. */
  'credentials.purge': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({ target, password }),
    output: nothing,
  }),
  /** One secret for the eyes; after 10 in a minute the password is asked again. */
  'credentials.reveal': method({
    callers: WINDOW,
    states: UNLOCKED,
    input: z.strictObject({ id: credentialId, field: fieldName.optional(), password: password.optional() }),
    output: z.strictObject({ value: fieldValue, hideAfterMs: z.int() }),
  }),
  /** Puts a secret on the clipboard without handing it to the page. */
  'credentials.copy': method({
    callers: WINDOW,
    states: UNLOCKED,
    input: z.strictObject({
      id: credentialId,
      field: fieldName.optional(),
      as: z.enum(['value', 'env']),
      password: password.optional(),
    }),
    output: z.strictObject({ clearsAfterMs: z.int(), what: z.string() }),
  }),
  /** The secret itself, for `keyharbor get`. */
  'credentials.read': method({
    callers: SOCKET,
    states: UNLOCKED,
    input: z.strictObject({ ref: z.string().max(256) }),
    output: z.strictObject({ value: fieldValue, scope, version: z.int() }),
  }),
  /** The variables that `keyharbor run` gives to one child. */
  'credentials.environment': method({
    callers: SOCKET,
    states: UNLOCKED,
    input: z.strictObject({
      items: z
        .array(
          z.union([
            z.strictObject({ name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/), ref: z.string().max(256) }),
            z.strictObject({ provider: z.string().max(256) }),
          ]),
        )
        .max(1000),
    }),
    output: z.array(z.strictObject({ name: z.string(), value: fieldValue, secret: z.boolean() })),
  }),
  'credentials.test': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({ target, force: z.boolean().default(false) }),
    output: checkResult,
  }),
  /**
   * Begins a sign-in at the provider in the owner's browser; from a window the page is opened as well. It waits for ten
   * minutes; another start, or a lock, calls it off.
   */
  'credentials.startSignIn': method({
    callers: BOTH,
    states: UNLOCKED,
    input: onCredential,
    output: z.strictObject({ url: z.string() }),
  }),
  /** Answers when the started sign-in is over. */
  'credentials.finishSignIn': method({
    callers: BOTH,
    states: UNLOCKED,
    input: onCredential,
    output: credentialDetail,
  }),
  'credentials.cancelSignIn': method({ callers: BOTH, states: UNLOCKED, input: onCredential, output: nothing }),
  'credentials.cancelTest': method({ callers: BOTH, states: UNLOCKED, input: onCredential, output: nothing }),
} as const;
