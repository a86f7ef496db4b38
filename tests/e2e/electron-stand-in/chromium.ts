import { randomBytes } from 'node:crypto';
import { BrowserProcess } from '../../../electron/hosts/browser/browser-process.ts';
import type { CdpSession } from '../../../electron/hosts/browser/cdp-pipe.ts';
import { findBrowser } from '../../../electron/hosts/browser/find-browser.ts';

let browser: BrowserProcess | null = null;

export interface OpenedTarget {
  readonly session: CdpSession;
  readonly targetId: string;
}

/** An empty app window; the first one starts the browser. */
export async function openTarget(width: number, height: number): Promise<OpenedTarget> {
  const url = `data:text/html,<title>Keyharbor</title><!--${randomBytes(8).toString('hex')}-->`;
  const opened = Promise.withResolvers<OpenedTarget>();
  const found = findBrowser(process.env, process.platform);
  if (found === null) throw new Error('the stand-in found no browser');
  const first = browser === null;
  browser ??= new BrowserProcess({ executable: found.executable, env: process.env, url, width, height });
  const withdraw = browser.claim((target, session) => {
    if (target.type !== 'page' || target.url !== url) return false;
    withdraw();
    opened.resolve({ session, targetId: target.targetId });
    return true;
  });
  if (first) await browser.watch();
  else browser.openWindow(url);
  return await opened.promise;
}

export function closeTarget(targetId: string): void {
  browser?.closeTarget(targetId);
}

export async function closeBrowser(): Promise<void> {
  await browser?.close();
}
