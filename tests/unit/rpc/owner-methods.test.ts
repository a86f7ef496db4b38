import { expect, test } from 'vitest';
import { isClassified, socketClass } from '../../../electron/rpc/owner-methods.ts';
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
  'providers.document',
  'providers.guide',
  'providers.inspect',
  'providers.list',
  'providers.preview',
  'settings.get',
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
];

test('free are only status, lists without secrets, what proves the owner by itself, and what only takes away', () => {
  const here = SOCKET_METHODS.filter((name) => socketClass(name) === 'free' && !isOthers(name));
  expect(here.sort()).toEqual(FREE);
});

test('whoever answers for the owner has to be let in before', () => {
  expect(['access.answer', 'access.requests'].map((name) => socketClass(name as MethodName))).toEqual([
    'let-in',
    'let-in',
  ]);
});

/** Rooms that decide for themselves which of their lists are free. */
function isOthers(name: MethodName): boolean {
  return /^(?:usage|quotas|prices|routing|notifications|webhooks)\./.test(name);
}
