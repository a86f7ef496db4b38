import type { PageSite } from '../common/page-files.ts';

export const SCHEME = 'app';
export const SITE: PageSite = { origin: 'app://bundle', start: '/index.html' };
export const HOME = `${SITE.origin}/`;
