import { type Session, session } from 'electron';
import type { PageFiles, PageSite } from '../common/page-files.ts';
import { servePages } from './page-protocol.ts';

/** The session of one kind of our windows, which sees one site: in memory only, no permission, no device, no network (SECURITY-DESIGN.md section 8). */
export function pageSession(
  files: PageFiles,
  site: PageSite,
  options: { readonly partition: string; readonly devTools: boolean },
): Session {
  const ours = session.fromPartition(options.partition, { cache: false }); // without "persist:" nothing is written to disk
  servePages(ours.protocol, files, site);
  ours.setPermissionRequestHandler((_contents, _permission, callback) => callback(false));
  ours.setPermissionCheckHandler(() => false);
  ours.setDevicePermissionHandler(() => false);
  ours.setBluetoothPairingHandler((_details, callback) => callback({ confirmed: false }));
  ours.setDisplayMediaRequestHandler((_request, callback) => callback(null));
  ours.setSpellCheckerEnabled(false);
  ours.on('will-download', (event) => event.preventDefault());
  for (const event of ['select-hid-device', 'select-serial-port', 'select-usb-device'] as const) {
    ours.on(event as 'select-usb-device', (details) => details.preventDefault());
  }
  ours.webRequest.onBeforeRequest((details, callback) => {
    const allowed =
      details.url.startsWith(`${site.origin}/`) || (options.devTools && details.url.startsWith('devtools://'));
    callback({ cancel: !allowed });
  });
  return ours;
}
