import type { WindowMethod } from './bridge.ts';

/**
 * The names of the page bridge, as data and without the schemas: a sandboxed preload runs before every page load and
 * must stay small. The compiler checks that nothing is missing and nothing is too many.
 */
const named = {
  'app.doctor': true,
  'app.activity': true,
  'app.openLink': true,
  'vault.status': true,
  'vault.passwordStrength': true,
  'vault.suggestPassword': true,
  'vault.create': true,
  'vault.confirmRecovery': true,
  'vault.renewRecovery': true,
  'vault.unlock': true,
  'vault.lock': true,
  'vault.changePassword': true,
  'vault.recover': true,
  'providers.list': true,
  'providers.inspect': true,
  'credentials.list': true,
  'credentials.get': true,
  'credentials.add': true,
  'credentials.edit': true,
  'credentials.suspend': true,
  'credentials.reinstate': true,
  'credentials.revoke': true,
  'credentials.delete': true,
  'credentials.restore': true,
  'credentials.purge': true,
  'credentials.reveal': true,
  'credentials.copy': true,
  'clipboard.clear': true,
  'credentials.test': true,
  'credentials.cancelTest': true,
  'credentials.startSignIn': true,
  'credentials.finishSignIn': true,
  'credentials.cancelSignIn': true,
  'clients.list': true,
  'clients.create': true,
  'clients.revoke': true,
  'endpoint.status': true,
  'endpoint.on': true,
  'endpoint.off': true,
  'settings.get': true,
  'settings.set': true,
} as const satisfies Readonly<Record<WindowMethod, true>>;

export const WINDOW_METHODS = Object.keys(named) as readonly WindowMethod[];
