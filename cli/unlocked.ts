import { setTimeout as delay } from 'node:timers/promises';
import { AppError, toErrorBody } from '../shared/errors.ts';
import type { AgentClient } from './agent-client.ts';
import { connectAgent } from './connect.ts';
import { note } from './output.ts';
import { requireVault } from './vault-state.ts';

/** Between two tries where an agent gave way to a window: long enough for it to listen. */
const RECONNECT_MS = 200;

/**
 * A connection to an unlocked vault. With `wait` it waits for as long as it takes, after saying so once; without, a
 * locked vault is an error of the first call.
 * @throws AppError `vault_not_found`.
 */
export async function connectUnlocked(wait: boolean): Promise<AgentClient> {
  if (!wait) return connectAgent();
  let told = false;
  for (;;) {
    const agent = await connectAgent();
    const unlocked = await untilUnlocked(agent, () => {
      if (!told)
        note('keyharbor: The vault is locked; waiting until it is unlocked (keyharbor unlock, or the window).');
      told = true;
    });
    if (unlocked) return agent;
    await delay(RECONNECT_MS);
  }
}

/** @returns false where the connection ended first: another agent or the app takes over. */
async function untilUnlocked(agent: AgentClient, tell: () => void): Promise<boolean> {
  let opened: () => void = () => undefined;
  const event = new Promise<'unlocked'>((resolve) => {
    opened = () => resolve('unlocked');
  });
  try {
    // Before the question: an unlock in between is not missed.
    await agent.subscribe((name) => {
      if (name === 'vault.unlocked') opened();
    });
    if ((await requireVault(agent)).state === 'unlocked') return true;
  } catch (error) {
    if (toErrorBody(error).code !== 'internal') throw error;
    return false;
  }
  tell();
  return (await Promise.race([event, agent.closed()])) === 'unlocked';
}

/** Whether `error` says that the vault was locked again before the question came. */
export function isLocked(error: unknown): boolean {
  return error instanceof AppError && error.code === 'vault_locked';
}
