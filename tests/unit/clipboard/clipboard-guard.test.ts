import { expect, test } from 'vitest';
import { ClipboardGuard } from '../../../electron/core/clipboard/clipboard-guard.ts';
import { FakeClock } from '../../support/fake-clock.ts';

/** A clipboard that others can write to and that may not be readable. */
function guard() {
  const clock = new FakeClock();
  const state = { text: 'before', readable: true, cleared: 0, warned: 0 };
  const clipboard = {
    write: (text: string) => {
      state.text = text;
      return Promise.resolve();
    },
    read: () => Promise.resolve(state.readable ? state.text : null),
    clear: () => {
      state.text = '';
      state.cleared += 1;
      return Promise.resolve();
    },
  };
  const made = new ClipboardGuard({
    clipboard,
    clock,
    log: { warn: () => (state.warned += 1) },
    emit: () => undefined,
    staysMs: () => 30_000,
  });
  /** Lets the promises of a fired timer settle. */
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return { clock, state, guard: made, clipboard, settle };
}

test('our text is cleared when its time is over, not before', async () => {
  const { clock, state, guard: ours, settle } = guard();
  expect(await ours.copy('secret-1')).toBe(30_000);
  clock.advance(29_999);
  await settle();
  expect(state.text).toBe('secret-1');
  clock.advance(1);
  await settle();
  expect(state.text).toBe('');
});

test('what someone else copied meanwhile is left alone', async () => {
  const { clock, state, guard: ours, settle } = guard();
  await ours.copy('secret-1');
  state.text = 'a shopping list';
  clock.advance(30_000);
  await settle();
  await ours.clear();
  expect(state).toMatchObject({ text: 'a shopping list', cleared: 0 });
});

test('a lock in the middle of a copy takes it off again', async () => {
  const { state, guard: ours, clipboard } = guard();
  const written = Promise.withResolvers<undefined>();
  clipboard.write = async (text) => {
    await written.promise;
    state.text = text;
  };
  const copying = ours.copy('secret-1');
  const cleared = ours.clear();
  written.resolve(undefined);
  await Promise.all([copying, cleared]);
  expect(state).toMatchObject({ text: '', cleared: 1 });
});

test('a copy that fails leaves the time of the one before', async () => {
  const { clock, state, guard: ours, clipboard, settle } = guard();
  await ours.copy('secret-1');
  clipboard.write = () => Promise.reject(new Error('gone'));
  await expect(ours.copy('secret-2')).rejects.toThrow('gone');
  clock.advance(30_000);
  await settle();
  expect(state).toMatchObject({ text: '', cleared: 1 });
});

test('a second copy has its own full time', async () => {
  const { clock, state, guard: ours, settle } = guard();
  await ours.copy('secret-1');
  clock.advance(20_000);
  await ours.copy('secret-2');
  clock.advance(20_000);
  await settle();
  expect(state.text).toBe('secret-2');
  clock.advance(10_000);
  await settle();
  expect(state.text).toBe('');
});

test('a clipboard that cannot be read is tried again until it can', async () => {
  const { clock, state, guard: ours, settle } = guard();
  await ours.copy('secret-1');
  state.readable = false;
  clock.advance(30_000);
  await settle();
  expect(state.cleared).toBe(0);
  state.readable = true;
  clock.advance(2000);
  await settle();
  expect(state.text).toBe('');
});

test('nothing is cleared where nothing was copied', async () => {
  const { state, guard: ours } = guard();
  await ours.clear();
  expect(state).toMatchObject({ text: 'before', cleared: 0 });
});

test('a host without a clipboard says so', async () => {
  const none = new ClipboardGuard({
    clipboard: null,
    clock: new FakeClock(),
    log: { warn: () => undefined },
    emit: () => undefined,
    staysMs: () => 30_000,
  });
  await expect(none.copy('secret-1')).rejects.toThrow(expect.objectContaining({ code: 'unsupported' }) as Error);
  await none.clear();
});
