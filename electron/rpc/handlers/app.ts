import { AppError } from '../../../shared/errors.ts';
import type { App } from '../../core/app.ts';
import type { Area } from '../caller.ts';

export function appHandlers(app: App): Area<'app'> & Area<'clipboard'> {
  const { host, shell } = app.options;
  return {
    'app.doctor': () => app.doctor(),
    'app.stop': () => {
      host.stop();
      return {};
    },
    'app.handOver': () => {
      host.handOver();
      return {};
    },
    'app.focus': () => ({ shown: host.focus() }),
    'app.activity': () => {
      app.lockPolicy.activity();
      return {};
    },
    'app.panic': (_input, { actor }) => app.panic(actor),
    'app.openLink': async ({ url }) => {
      const link = httpsLink(url);
      if (!app.guides.hasLink(link)) {
        const agreed = await app.confirm({
          title: 'Open this link?',
          message: 'Keyharbor would open a page that is not in its list.',
          detail: link,
          accept: 'Open',
        });
        if (!agreed) throw new AppError('forbidden', 'The link was not opened.');
      }
      await shell.openLink(link);
      return {};
    },
    'clipboard.clear': async () => {
      await app.clipboard.clear();
      return {};
    },
  };
}

/** The link as it would be opened, in ASCII. @throws AppError `invalid_input` for anything but plain https. */
function httpsLink(text: string): string {
  const url = URL.parse(text);
  if (url === null || url.protocol !== 'https:' || url.username !== '' || url.password !== '') {
    throw new AppError('invalid_input', 'Only https links are opened. Nothing was opened.');
  }
  return url.href;
}
