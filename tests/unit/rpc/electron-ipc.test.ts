import type { IpcMainInvokeEvent, WebContents } from 'electron';
import { EventEmitter } from 'node:events';
import { beforeEach, expect, test } from 'vitest';
import type { Call } from '../../../electron/rpc/caller.ts';
import { channelOf, serveElectronIpc } from '../../../electron/rpc/electron-ipc.ts';
import { WINDOW_METHODS } from '../../../shared/contract/window-methods.ts';
import { MAX_MESSAGE_BYTES } from '../../../shared/wire.ts';

const ORIGIN = 'keyharbor://app';
type Handler = (event: IpcMainInvokeEvent, ...args: unknown[]) => unknown;

/** As much of a window's contents as the transport looks at. */
class Contents extends EventEmitter {
  readonly id: number;
  destroyed = false;
  constructor(id: number) {
    super();
    this.id = id;
  }
  isDestroyed(): boolean {
    return this.destroyed;
  }
}

const ours = new Contents(3);
const topFrame = { parent: null, origin: ORIGIN };
let handlers: Map<string, Handler>;
let calls: Call[];

beforeEach(() => {
  handlers = new Map();
  calls = [];
  serveElectronIpc({
    ipcMain: { handle: (channel: string, handler: Handler) => void handlers.set(channel, handler) },
    route: (call) => {
      calls.push(call);
      return Promise.resolve({ fine: true });
    },
    origin: ORIGIN,
    isOurs: (sender) => sender === (ours as unknown as WebContents),
  });
});

const invoke = (event: { readonly sender: Contents; readonly senderFrame: unknown }, ...args: unknown[]): unknown =>
  handlers.get(channelOf('vault.status'))?.(event as unknown as IpcMainInvokeEvent, ...args);
const ask = (...args: unknown[]): unknown => invoke({ sender: ours, senderFrame: topFrame }, ...args);

test('there is a channel for each method of a page, and none for another', () => {
  expect([...handlers.keys()]).toEqual(WINDOW_METHODS.map(channelOf));
});

test('the top frame of our own page is answered, as the window that it is', async () => {
  expect(await ask({ a: 1 })).toEqual({ ok: true, result: { fine: true } });
  expect(calls).toMatchObject([
    { caller: 'window', connection: 'window-3', method: 'vault.status', params: { a: 1 }, link: { peer: null } },
  ]);
});

test.each([
  ['contents of no window of ours', { sender: new Contents(3), senderFrame: topFrame }],
  ['a frame that is gone', { sender: ours, senderFrame: null }],
  ['a frame in our page', { sender: ours, senderFrame: { parent: topFrame, origin: ORIGIN } }],
  ['a page of another origin', { sender: ours, senderFrame: { parent: null, origin: 'https://example.com' } }],
  ['an origin that begins like ours', { sender: ours, senderFrame: { parent: null, origin: `${ORIGIN}.example` } }],
  ['an opaque origin', { sender: ours, senderFrame: { parent: null, origin: 'null' } }],
])('%s may ask nothing', async (_who, event) => {
  expect(await invoke(event, {})).toMatchObject({ ok: false, error: { code: 'forbidden' } });
  expect(calls).toEqual([]);
});

const cycle: { self?: unknown } = {};
cycle.self = cycle;

test.each([
  ['no argument', []],
  ['two arguments', [{}, {}]],
  ['nothing that JSON can say', [undefined]],
  ['a cycle', [cycle]],
  ['a bigint', [{ n: 1n }]],
  ['a byte more than 1 MiB', ['x'.repeat(MAX_MESSAGE_BYTES - 1)]], // with its two quotation marks
  ['more than 1 MiB in UTF-8', ['é'.repeat(MAX_MESSAGE_BYTES / 2)]],
])('%s is refused before anybody is asked', async (_what, args) => {
  expect(await ask(...args)).toMatchObject({ ok: false, error: { code: 'invalid_input' } });
  expect(calls).toEqual([]);
});

test('1 MiB is taken, and of more than JSON knows only what JSON can say', async () => {
  await ask('x'.repeat(MAX_MESSAGE_BYTES - 2));
  await ask({ at: new Date(0), names: new Map([['a', 1]]), left: undefined });
  expect(calls.map(({ params }) => params)).toEqual([
    'x'.repeat(MAX_MESSAGE_BYTES - 2),
    { at: '1970-01-01T00:00:00.000Z', names: {} },
  ]);
});

test('who waits for the end of a window hears of it once, at once where it is over, and not after he stopped', async () => {
  await ask({});
  const onClosed = calls[0]?.link?.onClosed;
  const heard: string[] = [];
  onClosed?.(() => heard.push('waits'));
  onClosed?.(() => heard.push('stopped'))();
  expect(heard).toEqual([]);
  ours.destroyed = true;
  ours.emit('destroyed');
  ours.emit('destroyed');
  onClosed?.(() => heard.push('late'));
  ours.destroyed = false;
  expect(heard).toEqual(['waits', 'late']);
});
