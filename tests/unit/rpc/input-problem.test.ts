import { expect, test } from 'vitest';
import { inputProblem } from '../../../electron/rpc/input-problem.ts';
import { type MethodName, methods } from '../../../shared/contract/methods.ts';

function problemOf(method: MethodName, params: unknown): string {
  const parsed = methods[method].input.safeParse(params);
  if (parsed.success) throw new Error('the input is accepted');
  const problem = inputProblem(parsed.error.issues, params);
  expect(problem.code).toBe('invalid_input');
  return problem.message;
}

const credential = { provider: 'openai', fields: { api_key: 'k' } };

test.each<[string, MethodName, unknown, string]>([
  ['a missing field', 'vault.unlock', {}, '"password" is missing'],
  ['another type', 'vault.unlock', { password: 12 }, '"password" must be a text'],
  ['an empty text', 'vault.unlock', { password: '' }, '"password" must not be empty'],
  ['a long text', 'vault.unlock', { password: 'p'.repeat(1025) }, '"password" must be at most 1024 characters long'],
  ['no object', 'vault.unlock', 'x', 'The input must be an object'],
  ['nothing at all', 'vault.unlock', undefined, 'The input is missing'],
  ['a label', 'credentials.add', { ...credential, label: 'Über' }, '"label" must be 1 to 64 of a-z 0-9 . _ -'],
  ['a provider id', 'credentials.add', { ...credential, provider: '!' }, '"provider" must be a provider id'],
  ['an item of a list', 'credentials.add', { ...credential, tags: ['a', ''] }, '"tags[1]" must not be empty'],
  ['a choice', 'credentials.add', { ...credential, scope: 'all' }, '"scope" must be one of: user, system'],
  ['a control character', 'credentials.add', { ...credential, name: 'a\u0007' }, '"name" holds control characters'],
  ['a field with a NUL', 'credentials.add', { provider: 'x', fields: { a: '\0' } }, '"fields.a" holds a NUL'],
  ['a fraction', 'endpoint.on', { port: 1.5 }, '"port" must be a whole number'],
  ['a large number', 'endpoint.on', { port: 70_000 }, '"port" must be at most 65535'],
  ['a long list', 'clients.create', { name: 'n', grants: [] }, '"grants" must be at least 1 items long'],
  ['a form in a choice of forms', 'credentials.get', { target: { id: 'zz' } }, '"target.id" has not the right form'],
  ['none of the forms', 'credentials.get', { target: {} }, '"target'],
])('%s is named with what is expected', (_what, method, params, expected) => {
  expect(problemOf(method, params)).toContain(expected);
});

test('neither values nor unknown names are repeated', () => {
  const secret = ['ghp', 'A1b2C3d4E5f6G7h8'].join('_');
  const messages = [
    problemOf('vault.unlock', { password: 'x', [secret]: 1 }),
    problemOf('vault.unlock', { [secret]: secret }),
    problemOf('credentials.add', { provider: secret, fields: {} }),
    problemOf('credentials.add', { provider: 'x', fields: { [secret]: 'v' } }),
    problemOf('credentials.add', { provider: 'x', fields: { api_key: 1, [secret]: 'v' } }),
    problemOf('credentials.add', { ...credential, scope: secret }),
    problemOf('credentials.get', { target: { ref: 1, [secret]: secret } }),
    problemOf('credentials.environment', { items: [{ name: secret.replace('_', '-'), ref: 'kh://x' }] }),
  ];
  for (const message of messages) expect(message).not.toContain(secret.slice(0, 8));
});
