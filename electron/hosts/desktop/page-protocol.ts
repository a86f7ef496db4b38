import { type Protocol, protocol } from 'electron';
import type { PageFiles, PageSite } from '../common/page-files.ts';
import { SCHEME } from './page-site.ts';

/** Before the app is ready: our pages get an origin of their own that counts as secure. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

export function servePages(on: Protocol, files: PageFiles, site: PageSite): void {
  on.handle(SCHEME, (request) => {
    const { status, headers, body } = files.answer(site, request.method, request.url);
    return new Response(new Uint8Array(body), { status, headers });
  });
}
