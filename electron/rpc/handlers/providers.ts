import type { ProviderPreview } from '../../../shared/contract/schemas.ts';
import { documentPiecesOf } from '../../../shared/document-pieces.ts';
import { AppError } from '../../../shared/errors.ts';
import type { App } from '../../core/app.ts';
import type { Area } from '../caller.ts';

export function providerHandlers(app: App): Area<'providers'> {
  const { providers, ownProviders, guides } = app;
  return {
    'providers.list': () => providers.list(),
    'providers.guide': ({ id }) => guides.of(id),
    'providers.inspect': (input) => providers.inspect(input),
    'providers.preview': ({ document }) => ownProviders.preview(document.join('')),
    'providers.document': ({ id }) => ({ document: [...documentPiecesOf(ownProviders.document(id))] }),
    'providers.save': async ({ document, hash }, { actor, caller }) => {
      const text = document.join('');
      if (caller === 'window') await confirmHosts(app, ownProviders.preview(text));
      return ownProviders.save(text, hash, actor);
    },
    'providers.enable': ({ id, enabled }, { actor }) => ownProviders.enable(id, enabled, actor),
    'providers.remove': ({ id }, { actor }) => {
      ownProviders.remove(id, actor);
      return {};
    },
  };
}

/** From a window the hosts need a yes outside the page; on the command line `--yes` or the answer there is the consent. */
async function confirmHosts(app: App, preview: ProviderPreview): Promise<void> {
  const { name, hosts, kinds, replaces, moves } = preview;
  const places = [...new Set(kinds.map((kind) => kind.place).filter((place) => place !== ''))];
  const where = hosts.length === 0 ? 'the servers that their fields name' : hosts.join(' and ');
  const moved = moves === 0 ? '' : ` ${moves === 1 ? 'One key' : `${moves} keys`} you keep would go there from now on.`;
  const agreed = await app.confirm({
    title: replaces ? 'Replace this provider?' : 'Add this provider?',
    message: `Keys kept under “${name}” would be sent to ${where}.${moved}`,
    detail: places.join('\n'),
    accept: replaces ? 'Replace provider' : 'Add provider',
  });
  if (!agreed) throw new AppError('forbidden', 'The provider was declined. Nothing was changed.');
}
