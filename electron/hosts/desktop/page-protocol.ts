import { type Protocol, protocol } from 'electron';
import type { PageFiles } from '../common/page-files.ts';
import { SCHEME, SITE } from './page-site.ts';

/** Before the app is ready: our pages get an origin of their own that counts as secure. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

export function servePages(on: Protocol, files: PageFiles): void {
  on.handle(SCHEME, (request) => {
    const { status, headers, body } = files.answer(SITE, request.method, request.url);
    return new Response(new Uint8Array(body), { status, headers });
  });
}
