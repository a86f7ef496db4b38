import { AppError } from '../../../shared/errors.ts';
import type { App } from '../../core/app.ts';
import { normaliseBaseUrl } from '../../core/providers/base-url.ts';
import type { Area } from '../caller.ts';

export function credentialHandlers(app: App): Area<'credentials'> {
  const { credentials } = app;
  return {
    'credentials.list': (filter) => credentials.list(filter),
    'credentials.get': ({ target }) => credentials.get(target),
    'credentials.add': async (input, { actor, caller }) => {
      if (caller === 'window') await confirmBaseUrl(app, input.baseUrl, input.local, null);
      return credentials.add(input, actor);
    },
    'credentials.edit': async ({ target, changes }, { actor, caller }) => {
      if (caller === 'window') {
        const before = credentials.get(target);
        await confirmBaseUrl(app, changes.baseUrl, changes.local ?? before.local, before.baseUrl);
      }
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
 * @param given - undefined, null or empty: the credential is to have none of its own, or is to keep it.
 * @param before - the base URL that the credential has now; null where it has none of its own.
 */
async function confirmBaseUrl(
  app: App,
  given: string | null | undefined,
  local: boolean,
  before: string | null,
): Promise<void> {
  if (given === undefined || given === null || given === '') return;
  const baseUrl = normaliseBaseUrl(given, local);
  if (baseUrl === before) return;
  const agreed = await app.options.shell.confirm({
    title: 'Send this key to another host?',
    message: `Requests with this key would go to ${new URL(baseUrl).host}${local ? ', on this computer or network' : ''}.`,
    detail: baseUrl,
    accept: 'Use this host',
  });
  if (!agreed) throw new AppError('forbidden', 'The base URL was declined. Nothing was changed.');
}
