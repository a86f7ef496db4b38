import { expect, test } from 'vitest';
import { X11Connection } from '../../../electron/hosts/browser/x11/x11-connection.ts';
import { watchWindow } from '../../../electron/hosts/browser/x11/window-gone.ts';
import { destroyWindow } from '../../support/x11-windows.ts';
import { openPage, pageFolder, startBrowser } from './support.ts';

test('a window that another program destroys is seen to go; one that is not there is not watched', async () => {
  const folder = pageFolder({ 'index.html': '<!doctype html><title>Gone by hand</title>' });
  const browser = startBrowser();
  try {
    const { window } = await openPage(browser, folder.path, () => undefined);
    const { processInfo } = await browser.cdp.send('SystemInfo.getProcessInfo');
    const pid = processInfo.find(({ type }) => type === 'browser')?.id ?? 0;
    expect(await watchWindow(process.env, pid, 'Another title')).toBeNull();
    expect(await watchWindow(process.env, 1, 'Gone by hand')).toBeNull();
    const watch = await watchWindow(process.env, pid, 'Gone by hand');
    if (watch === null) throw new Error('the window was not found');
    await destroyWindow('Gone by hand');
    await watch.gone;
    watch.close();
    await window.bounds(); // the browser itself noticed nothing
  } finally {
    await browser.close();
    folder.remove();
  }
});

test('without an X server nothing is watched', async () => {
  expect(await X11Connection.open({ DISPLAY: ':59999' })).toBeNull();
  expect(await X11Connection.open({ DISPLAY: 'elsewhere:0' })).toBeNull();
  expect(await X11Connection.open({})).toBeNull();
});
