import type { AgentClient } from './agent-client.ts';
import { usage } from './fail.ts';
import { note, noTerminal } from './output.ts';
import { readValues } from './stdin.ts';
import { ask, canAsk } from './terminal.ts';

const TRIES = 3;

const ON_STDIN = 'Add --password-stdin and write it to stdin.';

/** What `--password-stdin` reads: a line each, in this order. Nothing without it, or where stdin is the terminal. */
export async function passwordsOnStdin(
  asked: boolean | undefined,
  names: readonly string[],
): Promise<readonly string[]> {
  return asked && !process.stdin.isTTY ? readValues(names) : [];
}

/** An existing password, typed unseen. */
export async function askPassword(question: string): Promise<string> {
  if (!canAsk()) throw noTerminal('The master password', ON_STDIN);
  const password = await ask(question, false);
  if (password === '') throw usage('No password was entered. Nothing was changed.');
  return password;
}

/** A new password, typed twice, until it is strong enough. @throws AppError `invalid_input` after three tries. */
export async function askNewPassword(agent: AgentClient): Promise<string> {
  if (!canAsk()) throw noTerminal('A new password', ON_STDIN);
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const password = await ask('New master password: ', false);
    if (password === '') throw usage('No password was entered. Nothing was changed.');
    const strength = await agent.call('vault.passwordStrength', { password });
    note(strength.sentence);
    if (!strength.acceptable) {
      if (strength.suggestion !== '') note(strength.suggestion);
    } else if ((await ask('Once more: ', false)) === password) {
      return password;
    } else {
      note('The two are not the same.');
    }
  }
  throw usage('No new password was set. Nothing was changed.', 'Several unrelated words make a good password.');
}
