/** Chromium does not know `app:`; there the pages have an https origin, and Electron's side sees `app:`. */
const APP = 'app://bundle';
const SHOWN = 'https://bundle.app.invalid';

export const toShown = (url: string): string => (url.startsWith(APP) ? SHOWN + url.slice(APP.length) : url);
export const toApp = (url: string): string => (url.startsWith(SHOWN) ? APP + url.slice(SHOWN.length) : url);
