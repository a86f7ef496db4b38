import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CdpSession } from '../../../electron/hosts/browser/cdp-pipe.ts';
import { BrowserProcess } from '../../../electron/hosts/browser/browser-process.ts';
import { findBrowser } from '../../../electron/hosts/browser/find-browser.ts';
import { bridgeScript } from '../../../electron/hosts/browser/page-script.ts';
import { PageWindow } from '../../../electron/hosts/browser/page-window.ts';
import { PageFiles } from '../../../electron/hosts/common/page-files.ts';

export const SITE = { origin: 'https://app.keyharbor.invalid', start: '/index.html' };
const START = 'data:text/html,<title>Keyharbor</title>';

/** A small page of our own, in a folder as the build would make it. */
export function pageFolder(files: Readonly<Record<string, string>>): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'kh-page-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export function startBrowser(): BrowserProcess {
  const found = findBrowser(process.env, process.platform);
  if (found === null) throw new Error('no browser here');
  return new BrowserProcess({ executable: found.executable, env: process.env, url: START, width: 900, height: 700 });
}

export interface OpenPage {
  readonly window: PageWindow;
  readonly session: CdpSession;
  /** Runs in the page's own world. */
  readonly evaluate: (expression: string) => Promise<unknown>;
}

export async function openPage(
  browser: BrowserProcess,
  folder: string,
  onMessage: (payload: string, reply: (text: string) => void) => void,
): Promise<OpenPage> {
  const opened = Promise.withResolvers<OpenPage>();
  const withdraw = browser.claim((target, session) => {
    if (target.type !== 'page' || target.url !== START) return false;
    withdraw();
    const window = new PageWindow({
      session,
      targetId: target.targetId,
      site: SITE,
      files: new PageFiles(folder),
      script: bridgeScript(SITE.origin),
      onMessage,
    });
    const evaluate = async (expression: string) => {
      const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
        expression,
        awaitPromise: true,
        returnByValue: true,
        userGesture: true,
      });
      if (exceptionDetails !== undefined) throw new Error(exceptionDetails.exception?.description ?? 'threw');
      return result.value as unknown;
    };
    window.load().then(() => opened.resolve({ window, session, evaluate }), opened.reject);
    return true;
  });
  await browser.watch();
  return await opened.promise;
}
