import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { CdpPipe } from '../../../electron/hosts/browser/cdp-pipe.ts';

function pair() {
  const toBrowser = new PassThrough();
  const fromBrowser = new PassThrough();
  return { toBrowser, fromBrowser, cdp: new CdpPipe(toBrowser, fromBrowser) };
}

describe('the protocol over a pipe', () => {
  test('a command is one JSON text ended by NUL', () => {
    const { cdp, toBrowser } = pair();
    cdp.send('Page.navigate', { url: 'https://app.keyharbor.invalid/' }, 's1').catch(() => undefined);
    expect(String(toBrowser.read())).toBe(
      '{"id":1,"method":"Page.navigate","params":{"url":"https://app.keyharbor.invalid/"},"sessionId":"s1"}\0',
    );
  });

  test('answers find their command, however the bytes are cut', async () => {
    const { cdp, fromBrowser } = pair();
    const first = cdp.send('Browser.getVersion');
    const second = cdp.send('Target.getTargets');
    const bytes = Buffer.from('{"id":2,"result":{"targetInfos":[]}}\0{"id":1,"result":{"product":"Chr\u00f6me"}}\0');
    for (const byte of bytes) fromBrowser.write(Buffer.from([byte]));
    expect(await second).toEqual({ targetInfos: [] });
    expect(await first).toEqual({ product: 'Chr\u00f6me' });
  });

  test('an event reaches those of its session', async () => {
    const { cdp, fromBrowser } = pair();
    const heard: string[] = [];
    cdp.session('a').on('Page.loadEventFired', () => heard.push('a'));
    cdp.session('b').on('Page.loadEventFired', () => heard.push('b'));
    cdp.on('Page.loadEventFired', (_params, sessionId) => heard.push(`all ${sessionId}`));
    fromBrowser.write('{"method":"Page.loadEventFired","params":{"timestamp":1},"sessionId":"b"}\0');
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard).toEqual(['b', 'all b']);
  });

  test('a refusal names the command, and not what was sent with it', async () => {
    const { cdp, fromBrowser } = pair();
    const refused = cdp.send('Runtime.evaluate', { expression: 'secret' });
    fromBrowser.write('{"id":1,"error":{"code":-32000,"message":"no"}}\0');
    await expect(refused).rejects.toThrow(/^Runtime\.evaluate: no$/);
  });

  test('the end of the browser ends what waits, and what comes later', async () => {
    const { cdp, fromBrowser } = pair();
    const waiting = cdp.send('Browser.getVersion');
    fromBrowser.destroy();
    await expect(waiting).rejects.toThrow('the browser is gone');
    await cdp.closed;
    await expect(cdp.send('Browser.getVersion')).rejects.toThrow('the browser is gone');
  });
});
