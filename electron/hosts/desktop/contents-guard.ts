import { app } from 'electron';
import { HOME } from './page-site.ts';

/** For every page of the process, ours or not: it stays where it is, opens no window and embeds nothing. */
export function guardContents(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
    contents.on('will-navigate', (event) => {
      if (!isHome(event.url)) event.preventDefault();
    });
    contents.on('will-frame-navigate', (event) => {
      if (!event.isMainFrame || !isHome(event.url)) event.preventDefault();
    });
    contents.on('will-redirect', (event) => event.preventDefault());
    contents.on('will-attach-webview', (event) => event.preventDefault());
  });
}

/** The page itself, with any route after the hash. */
function isHome(url: string): boolean {
  return url === HOME || url.startsWith(`${HOME}#`) || url.startsWith(`${HOME}?`);
}
