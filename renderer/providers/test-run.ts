import { create } from 'zustand';
import { asAppError, call } from '../contract/client.ts';
import { m } from '../i18n/messages.ts';
import { setTesting, useCredentials } from '../state/credentials.ts';
import { announce, announceFailure } from '../ui/toasts.ts';
import { testAndKeep } from './acts.ts';
import { provesNothing } from './health.ts';

/** How many are asked for at once; the core lets two of them ask one provider. */
const AT_ONCE = 8;

interface TestRun {
  readonly done: number;
  readonly all: number;
}

/** The run over many that is under way; null while there is none. */
export const useTestRun = create<{ readonly run: TestRun | null }>()(() => ({ run: null }));

let stopped = false;

/** Those that were asked for are called off, no other begins. */
export function stopTestAll(): void {
  stopped = true;
  for (const id of useCredentials.getState().testing) {
    void call('credentials.cancelTest', { target: { id } }).catch(() => undefined);
  }
}

/** Tests many at the same time and tells the count at the end; each result stands on its card. */
export async function testAll(ids: readonly string[]): Promise<void> {
  if (useTestRun.getState().run !== null) return;
  stopped = false;
  let works = 0;
  let done = 0;
  let next = 0;
  useTestRun.setState({ run: { done, all: ids.length } });
  const one = async (id: string): Promise<void> => {
    setTesting(id, true);
    try {
      const test = await testAndKeep(id, true);
      if (test.result === 'valid' && !provesNothing(test)) works += 1;
    } catch (thrown) {
      const error = asAppError(thrown);
      if (error.code !== 'vault_locked') return; // a cool-down, or called off: its card says how it stands
      stopped = true;
      announceFailure(error);
    } finally {
      setTesting(id, false);
      done += 1;
      if (!stopped) useTestRun.setState({ run: { done, all: ids.length } });
    }
  };
  const worker = async (): Promise<void> => {
    for (let id = ids[next++]; id !== undefined && !stopped; id = ids[next++]) await one(id);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  useTestRun.setState({ run: null });
  announce(stopped ? m.providers.testAllStopped(done, ids.length) : m.providers.testAllDone(works, ids.length), {
    slot: 'test-all',
    tone: !stopped && works < ids.length ? 'bad' : 'ok',
  });
}
