import type { CredentialChanges, NewCredential } from '../../../shared/contract/schemas.ts';
import { AppError } from '../../../shared/errors.ts';
import type { App } from '../../core/app.ts';
import type { Area } from '../caller.ts';

export function credentialHandlers(app: App): Area<'credentials'> {
  const { credentials } = app;
  return {
    'credentials.list': (filter) => credentials.list(filter),
    'credentials.get': ({ target }) => credentials.get(target),
    'credentials.add': async (input, { actor, caller }) => {
      if (caller === 'window') await confirmBaseUrl(app, input, null);
      return credentials.add(input, actor);
    },
    'credentials.edit': async ({ target, changes }, { actor, caller }) => {
      if (caller === 'window') await confirmBaseUrl(app, changes, credentials.get(target).baseUrl);
      return credentials.edit(target, changes, actor);
    },
    'credentials.suspend': ({ target }, { actor }) => credentials.move(target, 'suspend', actor),
    'credentials.reinstate': ({ target }, { actor }) => credentials.move(target, 'reinstate', actor),
    'credentials.revoke': ({ target }, { actor }) => credentials.move(target, 'revoke', actor),
    'credentials.delete': ({ target }, { actor }) => credentials.move(target, 'delete', actor),
    'credentials.restore': ({ target }, { actor }) => credentials.move(target, 'restore', actor),
    'credentials.purge': async ({ target, password }, { actor }) => {
      await credentials.purge(target, password, actor);
      return {};
    },
    'credentials.reveal': (input, { actor }) => credentials.reveal(input, actor),
    'credentials.copy': (input, { actor }) => credentials.copy(input, actor),
    'credentials.read': ({ ref }, { actor }) => credentials.read(ref, actor),
    'credentials.environment': ({ items }, { actor }) => credentials.environment(items, actor),
    'credentials.test': ({ target, force }, { actor }) => credentials.test(target, force, actor),
    'credentials.cancelTest': ({ target }) => {
      credentials.cancelTest(target);
      return {};
    },
  };
}

/**
 * Another base URL is another place that gets the key. From a window that needs a yes outside the page, naming the
 * host (SECURITY-DESIGN.md section 7.1); on the command line `--base-url` is the consent.
 * @param before - the base URL that the credential has now; null where it has none of its own.
 */
async function confirmBaseUrl(
  app: App,
  given: Pick<NewCredential | CredentialChanges, 'baseUrl' | 'local'>,
  before: string | null,
): Promise<void> {
  const { baseUrl } = given;
  if (baseUrl === undefined || baseUrl === null || baseUrl === before) return;
  const url = URL.parse(baseUrl);
  if (url === null) throw new AppError('invalid_input', 'The base URL is not a URL. Nothing was changed.');
  const agreed = await app.options.shell.confirm({
    title: 'Send this key to another host?',
    message: `Requests with this key would go to ${url.host}${given.local === true ? ', on this computer or network' : ''}.`,
    detail: `${url.origin}${url.pathname}`,
    accept: 'Use this host',
  });
  if (!agreed) throw new AppError('forbidden', 'The base URL was declined. Nothing was changed.');
}
