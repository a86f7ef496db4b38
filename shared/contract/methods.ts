import { z } from 'zod';
import { providerGuide } from '../guide/guide.ts';
import { fieldName, providerId, providerInfo } from '../provider.ts';
import { DELIVERY_FORMS } from '../delivery.ts';
import * as a from './access.ts';
import * as au from './audit.ts';
import * as n from './notifications.ts';
import * as q from './quotas.ts';
import * as pr from './prices.ts';
import * as r from './routing.ts';
import * as s from './schemas.ts';
import * as u from './usage.ts';
import * as pf from './usage-figures.ts';
import * as ui from './usage-imports.ts';
import * as uf from './usage-forecast.ts';
import * as ur from './usage-records.ts';

/**
 * The whole surface of the core, for every transport: who may call, in which states of the vault, and the schemas.
 * `window` is a page (Electron IPC, the browser host's binding); `socket` is the owner's command line.
 */
export type Caller = 'window' | 'socket';
export type VaultStateName = z.output<typeof s.vaultState>;

interface Method<C extends readonly Caller[], I extends z.ZodType, O extends z.ZodType> {
  readonly callers: C;
  readonly states: readonly VaultStateName[] | 'any';
  readonly input: I;
  readonly output: O;
}

const method = <const C extends readonly Caller[], I extends z.ZodType, O extends z.ZodType>(
  definition: Method<C, I, O>,
): Method<C, I, O> => definition;

const BOTH = ['window', 'socket'] as const;
const WINDOW = ['window'] as const;
const SOCKET = ['socket'] as const;
const UNLOCKED = ['unlocked'] as const;
const nothing = z.strictObject({});
const onCredential = z.strictObject({ target: s.target });

export const methods = {
  // the program
  'app.doctor': method({ callers: BOTH, states: 'any', input: nothing, output: z.array(s.doctorFinding) }),
  /** Locks and ends the program; the answer is sent before the end. */
  'app.stop': method({ callers: SOCKET, states: 'any', input: nothing, output: nothing }),
  /** A starting window or `serve` asks an on-demand agent to make room; any other host answers `conflict`. */
  'app.handOver': method({ callers: SOCKET, states: 'any', input: nothing, output: nothing }),
  /** A second start shows the first one's window. */
  'app.focus': method({
    callers: SOCKET,
    states: 'any',
    input: nothing,
    output: z.strictObject({ shown: z.boolean() }),
  }),
  /** The owner is there: starts the idle time anew. */
  'app.activity': method({ callers: WINDOW, states: 'any', input: nothing, output: nothing }),
  'app.openLink': method({
    callers: WINDOW,
    states: 'any',
    input: z.strictObject({ url: z.string().max(2048) }),
    output: nothing,
  }),

  // the vault
  'vault.status': method({ callers: BOTH, states: 'any', input: nothing, output: s.vaultStatus }),
  'vault.passwordStrength': method({
    callers: BOTH,
    states: 'any',
    input: z.strictObject({ password: z.string().max(1024) }),
    output: s.passwordStrength,
  }),
  'vault.suggestPassword': method({
    callers: WINDOW,
    states: 'any',
    input: nothing,
    output: z.strictObject({ password: z.string() }),
  }),
  /** Makes the vault with a plain password slot and a recovery slot, and leaves it unlocked. */
  'vault.create': method({
    callers: BOTH,
    states: ['no-vault'],
    input: z.strictObject({ password: s.password, kdf: z.enum(['argon2id', 'pbkdf2']).default('argon2id') }),
    output: z.strictObject({ recoveryCode: z.string(), unlockMs: z.number() }),
  }),
  /**
   * Two groups of the code were retyped (or it was written to a file): the kit counts as confirmed.
   * `bindDevice` then ties the password slot to this computer's keychain where one works.
   */
  'vault.confirmRecovery': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({
      proof: z.union([
        z.strictObject({
          groups: z.array(z.strictObject({ index: z.int().min(0), text: z.string().max(16) })).length(2),
        }),
        z.strictObject({ code: z.string().max(128) }),
      ]),
      password: s.password,
      bindDevice: z.boolean(),
    }),
    output: s.vaultStatus,
  }),
  /** A new recovery code; the old one stops working. */
  'vault.renewRecovery': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({ password: s.password }),
    output: z.strictObject({ recoveryCode: z.string() }),
  }),
  'vault.unlock': method({
    callers: BOTH,
    states: ['locked', 'unlocked'],
    input: z.strictObject({ password: s.password }),
    output: s.vaultStatus,
  }),
  'vault.lock': method({ callers: BOTH, states: 'any', input: nothing, output: s.vaultStatus }),
  'vault.changePassword': method({
    callers: BOTH,
    states: ['locked', 'unlocked'],
    input: z.strictObject({ oldPassword: s.password, newPassword: s.password }),
    output: s.vaultStatus,
  }),
  /**
   * Opens the vault with the recovery code, sets a new password and makes a new kit. A null code: the vault is open and
   * nothing was replaced, as the keychain that it is bound to cannot be asked now.
   */
  'vault.recover': method({
    callers: BOTH,
    states: ['locked', 'unlocked'],
    input: z.strictObject({ recoveryCode: z.string().max(128), newPassword: s.password }),
    output: z.strictObject({ recoveryCode: z.string().nullable() }),
  }),

  // providers
  'providers.list': method({ callers: BOTH, states: 'any', input: nothing, output: z.array(providerInfo) }),
  /** How to get a key, what it has to be allowed to do, what a test tells. Own providers: what their descriptor says. */
  'providers.guide': method({
    callers: BOTH,
    states: 'any',
    input: z.strictObject({ id: providerId }),
    output: providerGuide,
  }),
  /** What a typed or pasted value looks like: warnings, and whose key it is. Nothing is kept. */
  'providers.inspect': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({
      provider: providerId.optional(),
      authKind: fieldName.optional(),
      field: fieldName.optional(),
      value: s.fieldValue,
    }),
    output: s.inspection,
  }),

  /** What a descriptor of an own provider would do. Nothing takes effect. */
  'providers.preview': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({ document: s.documentPieces }),
    output: s.providerPreview,
  }),
  /** The descriptor of an own provider, as it was given. */
  'providers.document': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({ id: providerId }),
    output: z.strictObject({ document: s.documentPieces }),
  }),
  /** Adds or replaces an own provider; `hash` is that of a preview. From a window the hosts are asked about outside the page. */
  'providers.save': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({ document: s.documentPieces, hash: s.documentHash }),
    output: providerInfo,
  }),
  /** An own provider that is off tests nothing and hands nothing out. */
  'providers.enable': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({ id: providerId, enabled: z.boolean() }),
    output: providerInfo,
  }),
  /** `conflict` while a credential of it is kept, in the bin too. */
  'providers.remove': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({ id: providerId }),
    output: nothing,
  }),

  // credentials
  'credentials.list': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({ provider: providerId.optional(), state: s.credentialState.optional() }),
    output: z.array(s.credentialSummary),
  }),
  'credentials.get': method({ callers: BOTH, states: UNLOCKED, input: onCredential, output: s.credentialDetail }),
  'credentials.add': method({ callers: BOTH, states: UNLOCKED, input: s.newCredential, output: s.saved }),
  'credentials.edit': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({ target: s.target, changes: s.credentialChanges }),
    output: s.saved,
  }),
  'credentials.suspend': method({ callers: BOTH, states: UNLOCKED, input: onCredential, output: s.credentialDetail }),
  'credentials.reinstate': method({ callers: BOTH, states: UNLOCKED, input: onCredential, output: s.credentialDetail }),
  'credentials.revoke': method({ callers: BOTH, states: UNLOCKED, input: onCredential, output: s.credentialDetail }),
  /** To the bin: not served, label free, restorable for 30 days. */
  'credentials.delete': method({ callers: BOTH, states: UNLOCKED, input: onCredential, output: s.credentialDetail }),
  'credentials.restore': method({ callers: BOTH, states: UNLOCKED, input: onCredential, output: s.credentialDetail }),
  /** Destroys the data keys of all versions. Not undoable. */
  'credentials.purge': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({ target: s.target, password: s.password }),
    output: nothing,
  }),
  /** One secret for the eyes; after 10 in a minute the password is asked again. */
  'credentials.reveal': method({
    callers: WINDOW,
    states: UNLOCKED,
    input: z.strictObject({ id: s.credentialId, field: fieldName.optional(), password: s.password.optional() }),
    output: z.strictObject({ value: s.fieldValue, hideAfterMs: z.int() }),
  }),
  /** Puts a secret on the clipboard without handing it to the page. */
  'credentials.copy': method({
    callers: WINDOW,
    states: UNLOCKED,
    input: z.strictObject({
      id: s.credentialId,
      field: fieldName.optional(),
      as: z.enum(['value', 'env']),
      password: s.password.optional(),
    }),
    output: z.strictObject({ clearsAfterMs: z.int(), what: z.string() }),
  }),
  /** Clears the clipboard if it still holds what Keyharbor put there. */
  'clipboard.clear': method({ callers: WINDOW, states: 'any', input: nothing, output: nothing }),
  /** The secret itself, for `keyharbor get`. */
  'credentials.read': method({
    callers: SOCKET,
    states: UNLOCKED,
    input: z.strictObject({ ref: z.string().max(256) }),
    output: z.strictObject({ value: s.fieldValue, scope: s.scope, version: z.int() }),
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
    output: z.array(z.strictObject({ name: z.string(), value: s.fieldValue, secret: z.boolean() })),
  }),
  'credentials.test': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({ target: s.target, force: z.boolean().default(false) }),
    output: s.checkResult,
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
    output: s.credentialDetail,
  }),
  'credentials.cancelSignIn': method({ callers: BOTH, states: UNLOCKED, input: onCredential, output: nothing }),
  'credentials.cancelTest': method({ callers: BOTH, states: UNLOCKED, input: onCredential, output: nothing }),

  // clients and the endpoint
  'clients.list': method({ callers: BOTH, states: UNLOCKED, input: nothing, output: z.array(s.clientSummary) }),
  /** The token is in this answer and nowhere else, ever again. */
  'clients.create': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({
      name: s.line(64).min(1),
      grants: z.array(z.string().max(128)).min(1).max(256),
      expiresInDays: z.int().min(1).max(365).default(30),
      ratePerSecond: z.number().min(0.1).max(10_000).nullable().default(20),
      test: z.boolean().default(false),
    }),
    output: z.strictObject({ client: s.clientSummary, token: z.string() }),
  }),
  'clients.revoke': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({ client: z.string().min(1).max(64) }),
    output: s.clientSummary,
  }),
  /** Narrows a client; a wider one is another client. From a window a later end is not possible either. */
  'clients.narrow': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({
      client: z.string().min(1).max(64),
      grants: z.array(z.string().max(128)).min(1).max(256).optional(),
      expiresAt: z.iso.datetime({ offset: true }).optional(),
      ratePerSecond: z.number().min(0.1).max(10_000).optional(),
    }),
    output: s.clientSummary,
  }),
  /** A new token for the same client; the old one stops at once. */
  'clients.rotate': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({ client: z.string().min(1).max(64) }),
    output: z.strictObject({ client: s.clientSummary, token: z.string() }),
  }),
  /**
   * A token that lives as long as this connection, for `run --proxy`: proxied calls to the given providers and no more.
   * For each reference the address to use and the names its tools read.
   */
  'clients.lend': method({
    callers: SOCKET,
    states: UNLOCKED,
    input: z.strictObject({
      name: s.line(64).min(1),
      refs: z.array(z.string().max(256)).min(1).max(256),
      caller: a.statedCaller.optional(),
    }),
    output: z.strictObject({
      token: z.string(),
      endpoint: z.string(),
      routes: z.array(
        z.strictObject({
          ref: z.string(),
          provider: providerId,
          /** Base URL that a tool is given: the proxy's own. */
          url: z.string(),
          /** Variables for the child: base URLs, and the token in place of the key. */
          environment: z.array(z.strictObject({ name: z.string(), value: z.string(), secret: z.boolean() })),
        }),
      ),
    }),
  }),

  // the gate
  /** What waits for the owner's word. */
  'access.requests': method({ callers: SOCKET, states: UNLOCKED, input: nothing, output: z.array(a.accessRequest) }),
  /** `forbidden` where a window is there to be asked: then only its panel answers. */
  'access.answer': method({
    callers: SOCKET,
    states: UNLOCKED,
    input: z.strictObject({ id: z.string().max(32), answer: a.accessAnswer }),
    output: nothing,
  }),
  /** Asks the owner for access to credentials, and waits for the word. `granted` false: denied or not answered. */
  'access.ask': method({
    callers: SOCKET,
    states: UNLOCKED,
    input: z.strictObject({
      refs: z.array(z.string().max(256)).min(1).max(64),
      form: z.enum(DELIVERY_FORMS),
      caller: a.statedCaller,
    }),
    output: z.strictObject({ granted: z.boolean(), message: z.string() }),
  }),
  'grants.list': method({ callers: BOTH, states: UNLOCKED, input: nothing, output: z.array(a.accessGrant) }),
  'grants.narrow': method({ callers: BOTH, states: UNLOCKED, input: a.narrowedGrant, output: a.accessGrant }),
  'grants.revoke': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({ id: z.string().max(64) }),
    output: nothing,
  }),
  // the way of proxied calls
  'routing.list': method({ callers: BOTH, states: UNLOCKED, input: nothing, output: z.array(r.routingRule) }),
  /** Adds or replaces the rule of its provider or client. */
  'routing.set': method({ callers: BOTH, states: UNLOCKED, input: r.routingRule, output: r.routingRule }),
  'routing.remove': method({ callers: BOTH, states: UNLOCKED, input: r.routingScope, output: nothing }),
  /** How the credentials of each pool do. */
  'routing.health': method({ callers: BOTH, states: UNLOCKED, input: nothing, output: z.array(r.poolMember) }),
  /** Lock, drop all grants, revoke all client tokens, stop the endpoint. What was dropped is told where it is known. */
  'app.panic': method({
    callers: BOTH,
    states: 'any',
    input: nothing,
    output: z.strictObject({ grants: z.int().nullable(), clients: z.int().nullable() }),
  }),
  'endpoint.status': method({ callers: BOTH, states: 'any', input: nothing, output: s.endpointStatus }),
  'endpoint.on': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({ port: z.int().min(0).max(65_535).optional() }),
    output: s.endpointStatus,
  }),
  'endpoint.off': method({ callers: BOTH, states: 'any', input: nothing, output: s.endpointStatus }),

  // quotas
  'quotas.list': method({ callers: BOTH, states: UNLOCKED, input: nothing, output: z.array(q.quotaStatus) }),
  /** Makes one, or changes the one with the id; what it has counted in this period is counted anew from the records. */
  'quotas.set': method({ callers: BOTH, states: UNLOCKED, input: q.quotaSet, output: q.quotaStatus }),
  'quotas.remove': method({ callers: BOTH, states: UNLOCKED, input: q.onQuota, output: nothing }),
  'quotas.history': method({ callers: BOTH, states: UNLOCKED, input: q.quotaHistoryQuery, output: q.quotaHistory }),
  'quotas.whatIf': method({ callers: BOTH, states: UNLOCKED, input: q.quotaWhatIfQuery, output: q.quotaWhatIf }),
  'quotas.proposals': method({ callers: BOTH, states: UNLOCKED, input: nothing, output: z.array(q.quotaProposal) }),
  'quotas.applyProposal': method({
    callers: BOTH,
    states: UNLOCKED,
    input: q.quotaProposal.pick({ id: true }),
    output: q.quotaStatus,
  }),

  // usage
  /** Sums of what was metered, the last second included. */
  'usage.report': method({ callers: BOTH, states: UNLOCKED, input: u.usageQuery, output: u.usageReport }),
  /** A range in bars, stacked by one dimension, with totals and the period before. */
  'usage.overview': method({ callers: BOTH, states: UNLOCKED, input: u.overviewQuery, output: u.usageOverview }),
  'usage.heatMap': method({ callers: BOTH, states: UNLOCKED, input: u.heatMapQuery, output: u.usageHeatMap }),
  'usage.forecast': method({ callers: BOTH, states: UNLOCKED, input: uf.forecastQuery, output: uf.usageForecast }),
  'usage.anomalies': method({ callers: BOTH, states: UNLOCKED, input: uf.anomaliesQuery, output: uf.usageAnomalies }),
  /** Single calls, page by page. */
  'usage.requests': method({ callers: BOTH, states: UNLOCKED, input: ur.requestsQuery, output: ur.usageRequests }),
  /** @throws `not_found` where the call is not kept any more. */
  'usage.request': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({ id: z.int() }),
    output: ur.usageRequest,
  }),
  /** Where the same model costs least, among the providers that the owner has keys of. */
  'usage.cheapest': method({ callers: BOTH, states: UNLOCKED, input: ur.cheapestQuery, output: ur.usageCheapest }),
  'usage.beginExport': method({ callers: BOTH, states: UNLOCKED, input: ur.exportBegin, output: ur.exportBegun }),
  'usage.nextExport': method({ callers: BOTH, states: UNLOCKED, input: ur.exportId, output: ur.exportPiece }),
  /** Writes an export on into its file; asked again until it is done. Cancelled, nothing of it stays. */
  'usage.saveExport': method({ callers: WINDOW, states: UNLOCKED, input: ur.exportId, output: ur.exportSaved }),
  'usage.cancelExport': method({ callers: BOTH, states: UNLOCKED, input: ur.exportId, output: nothing }),

  // prices
  'prices.list': method({ callers: BOTH, states: UNLOCKED, input: nothing, output: pr.priceList }),
  /** A price of the owner's own: it wins over the book. */
  'prices.set': method({ callers: BOTH, states: UNLOCKED, input: pr.newPrice, output: pr.priceEntry }),
  'prices.remove': method({ callers: BOTH, states: UNLOCKED, input: pr.removedPrice, output: nothing }),
  'prices.update': method({ callers: BOTH, states: UNLOCKED, input: pr.priceFile, output: pr.priceUpdate }),
  /** Prices kept records by the book as it is now; without `apply` it only tells what would change. */
  'usage.reprice': method({ callers: BOTH, states: UNLOCKED, input: pr.repriceInput, output: pr.repriceReport }),
  /** Takes over calls that tools and providers noted; each once, however often it is imported. */
  'usage.import': method({ callers: BOTH, states: UNLOCKED, input: ui.importInput, output: ui.importReport }),
  /** Asks the provider for its own figures with a key that may, and puts them beside ours. */
  'usage.reconcile': method({ callers: BOTH, states: UNLOCKED, input: pf.reconcileInput, output: pf.reconcileReport }),
  /** The same with a total that the owner read elsewhere. Asks nobody. */
  'usage.compareInvoice': method({
    callers: BOTH,
    states: UNLOCKED,
    input: pf.invoiceInput,
    output: pf.reconcileReport,
  }),

  // the inbox
  'notifications.list': method({ callers: BOTH, states: UNLOCKED, input: n.noticesQuery, output: n.noticeList }),
  'notifications.count': method({ callers: BOTH, states: UNLOCKED, input: nothing, output: n.noticeCounts }),
  'notifications.mark': method({ callers: BOTH, states: UNLOCKED, input: n.noticeMark, output: n.noticeCounts }),
  'notifications.snooze': method({ callers: BOTH, states: UNLOCKED, input: n.noticeSnooze, output: n.noticeCounts }),
  /** The same thing is not told again. */
  'notifications.dismiss': method({
    callers: BOTH,
    states: UNLOCKED,
    input: n.noticeDismissal,
    output: n.noticeCounts,
  }),
  'notifications.preferences': method({ callers: BOTH, states: UNLOCKED, input: nothing, output: n.noticePreferences }),
  'notifications.setPreferences': method({
    callers: BOTH,
    states: UNLOCKED,
    input: n.noticePreferenceChanges,
    output: n.noticePreferences,
  }),

  // webhooks
  'webhooks.list': method({ callers: BOTH, states: UNLOCKED, input: nothing, output: z.array(n.webhookSummary) }),
  /** From a window the address is asked about outside the page, here and in `edit`. */
  'webhooks.create': method({ callers: BOTH, states: UNLOCKED, input: n.newWebhook, output: n.webhookWithSecret }),
  'webhooks.edit': method({ callers: BOTH, states: UNLOCKED, input: n.webhookChanges, output: n.webhookSummary }),
  'webhooks.remove': method({ callers: BOTH, states: UNLOCKED, input: n.onWebhook, output: nothing }),
  /** A new secret; the old one signs beside it until the overlap is over. */
  'webhooks.rotate': method({ callers: BOTH, states: UNLOCKED, input: n.webhookRotation, output: n.webhookWithSecret }),
  /** Sends one message of type `webhook.test`, once, and answers when it is known what became of it. */
  'webhooks.test': method({ callers: BOTH, states: UNLOCKED, input: n.onWebhook, output: n.delivery }),
  'webhooks.deliveries': method({
    callers: BOTH,
    states: UNLOCKED,
    input: n.deliveriesQuery,
    output: z.array(n.delivery),
  }),
  /** Sends again what is dead or was delivered, under the same ids. */
  'webhooks.redeliver': method({
    callers: BOTH,
    states: UNLOCKED,
    input: n.redelivery,
    output: z.strictObject({ queued: z.int().min(0) }),
  }),

  // the log of what was done
  'audit.list': method({ callers: BOTH, states: UNLOCKED, input: au.auditQuery, output: au.auditPage }),
  /** Walks the whole chain. */
  'audit.verify': method({ callers: BOTH, states: UNLOCKED, input: nothing, output: au.auditVerdict }),
  'audit.export': method({ callers: SOCKET, states: UNLOCKED, input: au.auditExport, output: au.auditPiece }),
  'audit.save': method({ callers: WINDOW, states: UNLOCKED, input: au.auditSave, output: au.auditSaved }),

  // settings
  'settings.get': method({ callers: BOTH, states: 'any', input: nothing, output: s.settings }),
  /** `vault` may be given only while unlocked. */
  'settings.set': method({
    callers: BOTH,
    states: 'any',
    input: z.strictObject({
      app: s.appSettings.omit({ endpointOn: true, endpointPort: true }).partial().optional(),
      vault: s.vaultSettings.partial().optional(),
    }),
    output: s.settings,
  }),
} as const;

export type MethodName = keyof typeof methods;
export type Input<M extends MethodName> = z.input<(typeof methods)[M]['input']>;
export type ParsedInput<M extends MethodName> = z.output<(typeof methods)[M]['input']>;
export type Output<M extends MethodName> = z.output<(typeof methods)[M]['output']>;

export function isMethodName(name: string): name is MethodName {
  return Object.hasOwn(methods, name);
}
