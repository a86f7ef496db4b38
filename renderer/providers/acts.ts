import { call } from '../contract/client.ts';
import { m } from '../i18n/messages.ts';
import { keepCredential, setTesting, useCredentials } from '../state/credentials.ts';
import { useSession } from '../state/session.ts';
import { announce, announceFailure, clearSlot } from '../ui/toasts.ts';
import { displayName } from './arrange.ts';
import { askPassword } from './step-up.ts';

/** Acts on one credential, used by cards, the list, the detail panel, the palette and the shortcuts alike. */
const COPY_TOAST = 'copied';

export function nameOf(id: string): string {
  const one = useCredentials.getState().byId.get(id);
  if (one === undefined) return '';
  const provider = useSession.getState().providers.get(one.provider)?.name ?? one.provider;
  return `${provider} ${displayName(one)}`;
}

export async function testCredential(id: string, force = true): Promise<void> {
  if (useCredentials.getState().testing.has(id)) return;
  setTesting(id, true);
  try {
    const { result, ...rest } = await call('credentials.test', { target: { id }, force });
    const one = useCredentials.getState().byId.get(id);
    if (one !== undefined) {
      const { ref: _ref, cached: _cached, ...facts } = rest;
      const byId = new Map(useCredentials.getState().byId).set(id, { ...one, lastTest: { result, ...facts } });
      useCredentials.setState({ byId });
    }
    const tone = result === 'valid' ? 'ok' : 'bad';
    announce(m.providers.tested(nameOf(id), m.providers.results[result]), {
      slot: id,
      tone,
      ...(result === 'valid' ? {} : { description: rest.detail }),
    });
  } catch (thrown) {
    announceFailure(thrown);
  } finally {
    setTesting(id, false);
  }
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
