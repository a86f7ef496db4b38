import { expect, test } from 'vitest';
import { isClassified, type SocketClass, socketClass } from '../../../electron/rpc/owner-methods.ts';
import { type MethodName, methods } from '../../../shared/contract/methods.ts';

const SOCKET_METHODS = (Object.keys(methods) as MethodName[]).filter((name) =>
  (methods[name].callers as readonly string[]).includes('socket'),
);

test.each(SOCKET_METHODS)('%s: it was decided who may call it where terminals are asked about', (name) => {
  expect(isClassified(name)).toBe(true);
});

/** Everything that a program may do that nobody let in. A new line here is a decision. */
const FREE = [
  'app.doctor',
  'app.focus',
  'app.handOver',
  'app.panic',
  'app.stop',
  'audit.list',
  'audit.verify',
  'clients.list',
  'credentials.get',
  'credentials.list',
  'endpoint.status',
  'grants.list',
  'notifications.count',
  'notifications.list',
  'notifications.preferences',
  'prices.list',
  'providers.document',
  'providers.guide',
  'providers.inspect',
  'providers.list',
  'providers.preview',
  'quotas.history',
  'quotas.list',
  'quotas.proposals',
  'quotas.whatIf',
  'routing.health',
  'routing.list',
  'routing.unreadable',
  'settings.get',
  'usage.anomalies',
  'usage.beginExport',
  'usage.breakdown',
  'usage.cancelExport',
  'usage.cheapest',
  'usage.compareInvoice',
  'usage.forecast',
  'usage.heatMap',
  'usage.nextExport',
  'usage.overview',
  'usage.report',
  'usage.request',
  'usage.requests',
  'vault.backups',
  'vault.changePassword',
  'vault.checkBackup',
  'vault.confirmRecovery',
  'vault.create',
  'vault.lock',
  'vault.passwordStrength',
  'vault.recover',
  'vault.removeReplaced',
  'vault.renewRecovery',
  'vault.restoreBackup',
  'vault.status',
  'vault.unlock',
  'webhooks.deliveries',
  'webhooks.list',
];

test('free are only status, lists without secrets, what proves the owner by itself, and what only takes away', () => {
  expect(ofClass('free')).toEqual(FREE);
});

test('whoever answers for the owner has to be let in before', () => {
  expect(ofClass('let-in')).toEqual(['access.answer', 'access.requests']);
});

test('only where the handler itself asks the gate is nobody asked before it', () => {
  expect(ofClass('by-credential')).toEqual([
    'access.ask',
    'clients.lend',
    'credentials.environment',
    'credentials.read',
  ]);
});

test('a method that nobody has thought about is the owner’s', () => {
  expect(socketClass('not.thought-of' as MethodName)).toBe('owner');
});

function ofClass(wanted: SocketClass): MethodName[] {
  return SOCKET_METHODS.filter((name) => socketClass(name) === wanted).sort();
}
