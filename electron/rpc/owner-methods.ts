import type { MethodName } from '../../shared/contract/methods.ts';

/**
 * What a program on the agent socket has to be for each method, where the setting `askTerminals` is in force:
 * - `free`: anybody who reaches the socket. It tells no secret, or proves the owner by itself (a password, the code), or
 *   only ever takes away (lock, stop, panic).
 * - `owner`: let in by the owner, who is asked once a session. It changes something, or hands out what opens more.
 * - `let-in`: let in already. It answers for the owner, so nobody is asked about it: a question about who may answer
 *   questions would be answered by the same program.
 * - `by-credential`: the gate is asked in the handler, which knows the credentials: a grant on them is enough.
 */
export type SocketClass = 'free' | 'owner' | 'let-in' | 'by-credential';

const CLASSES: Readonly<Record<string, SocketClass>> = {
  'app.doctor': 'free',
  'app.stop': 'free',
  'app.handOver': 'free',
  'app.focus': 'free',
  'app.panic': 'free',

  'vault.status': 'free',
  'vault.passwordStrength': 'free',
  'vault.create': 'free',
  'vault.confirmRecovery': 'free',
  'vault.renewRecovery': 'free',
  'vault.unlock': 'free',
  'vault.lock': 'free',
  'vault.changePassword': 'free',
  'vault.recover': 'free',
  'vault.backups': 'free',
  'vault.backUp': 'owner',
  'vault.checkBackup': 'free',
  'vault.restoreBackup': 'free',
  'vault.removeReplaced': 'free',

  'providers.list': 'free',
  'providers.guide': 'free',
  'providers.inspect': 'free',
  'providers.preview': 'free',
  'providers.document': 'free',
  'providers.save': 'owner',
  'providers.enable': 'owner',
  'providers.remove': 'owner',

  'credentials.list': 'free',
  'credentials.get': 'free',
  'credentials.add': 'owner',
  'credentials.edit': 'owner',
  'credentials.suspend': 'owner',
  'credentials.reinstate': 'owner',
  'credentials.revoke': 'owner',
  'credentials.delete': 'owner',
  'credentials.restore': 'owner',
  'credentials.purge': 'owner',
  'credentials.read': 'by-credential',
  'credentials.environment': 'by-credential',
  'credentials.test': 'owner',
  'credentials.startSignIn': 'owner',
  'credentials.finishSignIn': 'owner',
  'credentials.cancelSignIn': 'owner',
  'credentials.cancelTest': 'owner',

  'clients.list': 'free',
  'clients.create': 'owner',
  'clients.narrow': 'owner',
  'clients.rotate': 'owner',
  'clients.revoke': 'owner',
  'clients.lend': 'by-credential',

  'access.requests': 'let-in',
  'access.answer': 'let-in',
  'access.ask': 'by-credential',
  'grants.list': 'free',
  'grants.narrow': 'owner',
  'grants.revoke': 'owner',

  'endpoint.status': 'free',
  'endpoint.on': 'owner',
  'endpoint.off': 'owner',

  'routing.list': 'free',
  'routing.unreadable': 'free',
  'routing.health': 'free',
  'routing.set': 'owner',
  'routing.remove': 'owner',
  'quotas.list': 'free',
  'quotas.history': 'free',
  'quotas.whatIf': 'free',
  'quotas.proposals': 'free',
  'quotas.set': 'owner',
  'quotas.remove': 'owner',
  'quotas.applyProposal': 'owner',
  'usage.report': 'free',
  'usage.overview': 'free',
  'usage.breakdown': 'free',
  'usage.heatMap': 'free',
  'usage.forecast': 'free',
  'usage.anomalies': 'free',
  'usage.requests': 'free',
  'usage.request': 'free',
  'usage.cheapest': 'free',
  'usage.beginExport': 'free',
  'usage.nextExport': 'free',
  'usage.cancelExport': 'free',

  'prices.list': 'free',
  'prices.set': 'owner',
  'prices.remove': 'owner',
  'prices.setTier': 'owner',
  'prices.update': 'owner',
  'usage.reprice': 'owner',
  'usage.import': 'owner',
  'usage.reconcile': 'owner',
  'usage.compareInvoice': 'free',

  'notifications.list': 'free',
  'notifications.count': 'free',
  'notifications.mark': 'owner',
  'notifications.snooze': 'owner',
  'notifications.dismiss': 'owner',
  'notifications.preferences': 'free',
  'notifications.setPreferences': 'owner',
  'webhooks.list': 'free',
  'webhooks.create': 'owner',
  'webhooks.edit': 'owner',
  'webhooks.remove': 'owner',
  'webhooks.rotate': 'owner',
  'webhooks.test': 'owner',
  'webhooks.deliveries': 'free',
  'webhooks.redeliver': 'owner',

  'audit.list': 'free',
  'audit.verify': 'free',
  'audit.export': 'owner',

  'settings.get': 'free',
  'settings.set': 'owner',
};

/** A method that nobody has thought about is the owner's. */
export const socketClass = (method: MethodName): SocketClass => CLASSES[method] ?? 'owner';

export const isClassified = (method: MethodName): boolean => CLASSES[method] !== undefined;
