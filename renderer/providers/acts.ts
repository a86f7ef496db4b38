import type { Output } from '../../shared/contract/methods.ts';
import { call } from '../contract/client.ts';
import { m } from '../i18n/messages.ts';
import { keepCredential, setTesting, useCredentials } from '../state/credentials.ts';
import { navigate } from '../state/route.ts';
import { useSession } from '../state/session.ts';
import { show } from '../state/view.ts';
import { announce, announceFailure, clearSlot } from '../ui/toasts.ts';
import { displayName } from './arrange.ts';
import { provesNothing } from './health.ts';
import { signInState } from './sign-in-state.ts';
import { askPassword } from './step-up.ts';
import { resultWords } from './test-line.tsx';

/** Acts on one credential, used by cards, the list, the detail panel, the palette and the shortcuts alike. */
const COPY_TOAST = 'copied';

export function nameOf(id: string): string {
  const one = useCredentials.getState().byId.get(id);
  if (one === undefined) return '';
  const provider = useSession.getState().providers.get(one.provider)?.name ?? one.provider;
  return `${provider} ${displayName(one)}`;
}

/** What the test of a credential may cost, in micro-dollars; null where it cannot be tested. */
export function testCost(id: string): number | null {
  const one = useCredentials.getState().byId.get(id);
  const provider = one && useSession.getState().providers.get(one.provider);
  return provider?.auth.find(({ kind }) => kind === one?.authKind)?.check?.costMicroUsd ?? null;
}

/** Whether it has to be signed in to before there is anything to test. */
export function needsSignIn(id: string): boolean {
  const one = useCredentials.getState().byId.get(id);
  return one !== undefined && signInState(one, useSession.getState().providers.get(one.provider)) === 'missing';
}

/** Leads to the button for it. */
export function askToSignIn(id: string, title: string): void {
  announce(title, {
    slot: id,
    description: m.providers.signInNext,
    act: { label: m.providers.act.details, run: () => navigate({ screen: 'providers', id }) },
  });
}

/** Tests one; where that costs something the owner is asked first. */
export async function testCredential(id: string, force = true): Promise<void> {
  if (needsSignIn(id)) return askToSignIn(id, m.providers.signInMissing(nameOf(id)));
  const costMicroUsd = testCost(id) ?? 0;
  if (costMicroUsd > 0) return show({ ask: { kind: 'test-cost', ids: [id], costMicroUsd, all: false } });
  await testAgreed(id, force);
}

/** The same when the cost was agreed to. */
export async function testAgreed(id: string, force = true): Promise<void> {
  if (useCredentials.getState().testing.has(id)) return;
  setTesting(id, true);
  try {
    const test = await testAndKeep(id, force);
    const works = test.result === 'valid' && !provesNothing(test);
    const tone = works ? 'ok' : provesNothing(test) ? 'warn' : 'bad';
    announce(m.providers.tested(nameOf(id), resultWords(test)), {
      slot: id,
      tone,
      ...(works ? {} : { description: test.detail }),
    });
  } catch (thrown) {
    announceFailure(thrown);
  } finally {
    setTesting(id, false);
  }
}

/** Tests one and shows what came of it on its card, without a word beside. */
export async function testAndKeep(id: string, force: boolean): Promise<Output<'credentials.test'>> {
  const tested = await call('credentials.test', { target: { id }, force });
  const one = useCredentials.getState().byId.get(id);
  if (one !== undefined) {
    const { ref: _ref, cached: _cached, ...lastTest } = tested;
    const byId = new Map(useCredentials.getState().byId).set(id, { ...one, lastTest });
    useCredentials.setState({ byId });
  }
  return tested;
}

export async function copyCredential(id: string, as: 'value' | 'env', field?: string): Promise<void> {
  try {
    const { clearsAfterMs, what } = await askPassword((password) =>
      call('credentials.copy', { id, as, ...(field === undefined ? {} : { field }), ...password }),
    );
    announce(m.providers.copied(what, Math.round(clearsAfterMs / 1000)), {
      slot: COPY_TOAST,
      barMs: clearsAfterMs,
      act: { label: m.providers.clearNow, run: () => void clearClipboard() },
    });
  } catch (thrown) {
    announceFailure(thrown);
  }
}

async function clearClipboard(): Promise<void> {
  try {
    await call('clipboard.clear', {});
    announce(m.providers.cleared);
  } catch (thrown) {
    announceFailure(thrown);
  }
}

addEventListener('keyharbor:clipboard-cleared', () => clearSlot(COPY_TOAST));

type Move = 'delete' | 'restore' | 'suspend' | 'reinstate' | 'revoke';
const SAID: Readonly<Record<Move, (name: string) => string>> = {
  delete: m.providers.deleted,
  restore: m.providers.restored,
  suspend: m.providers.suspended,
  reinstate: m.providers.reinstated,
  revoke: m.providers.revoked,
};
const UNDO: Partial<Record<Move, Move>> = { delete: 'restore', suspend: 'reinstate' };

/** Moves a credential to another state; where there is a way back, the toast offers it. */
export async function moveCredential(id: string, move: Move): Promise<void> {
  const name = nameOf(id);
  keepCredential(await call(`credentials.${move}`, { target: { id } }));
  const back = UNDO[move];
  announce(SAID[move](name), {
    ...(back === undefined ? {} : { act: { label: m.common.undo, run: () => void tryMove(id, back) } }),
  });
}

export async function tryMove(id: string, move: Move): Promise<void> {
  try {
    await moveCredential(id, move);
  } catch (thrown) {
    announceFailure(thrown);
  }
}

export async function openLink(url: string): Promise<void> {
  try {
    await call('app.openLink', { url });
  } catch (thrown) {
    announceFailure(thrown);
  }
}
