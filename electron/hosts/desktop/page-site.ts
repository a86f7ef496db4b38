import type { PageSite } from '../common/page-files.ts';

export const SCHEME = 'app';
export const SITE: PageSite = { origin: 'app://bundle', start: '/index.html' };
export const HOME = `${SITE.origin}/`;
/** The approval panel's own origin and session: the main page has no way to it. */
export const APPROVAL_SITE: PageSite = { origin: 'app://approval', start: '/approval.html' };
