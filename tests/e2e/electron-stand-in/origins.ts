/** Chromium does not know `app:`; there the pages have an https origin each, and Electron's side sees `app:`. */
export const toShown = (url: string): string => url.replace(/^app:\/\/([a-z]+)/, 'https://$1.app.invalid');
export const toApp = (url: string): string => url.replace(/^https:\/\/([a-z]+)\.app\.invalid/, 'app://$1');
