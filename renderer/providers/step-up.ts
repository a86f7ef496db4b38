import { create } from 'zustand';
import type { AppError } from '../../shared/errors.ts';
import { asAppError } from '../contract/client.ts';

/** The core asks for the password again after many reveals or copies (SECURITY-DESIGN.md 8). */
const ASKS_AGAIN: readonly string[] = ['throttled', 'wrong_password'];

type Password = { readonly password: string } | Record<string, never>;

interface StepUp {
  readonly asking: { readonly answer: (password: string | null) => void; readonly error: AppError | null } | null;
}
export const useStepUp = create<StepUp>()(() => ({ asking: null }));

/** Runs `act`; if the core wants the password, asks for it and runs it again. If it is not given, the refusal stands. */
export async function askPassword<T>(act: (password: Password) => Promise<T>): Promise<T> {
  let given: Password = {};
  for (;;) {
    try {
      return await act(given);
    } catch (thrown) {
      const error = asAppError(thrown);
      if (!ASKS_AGAIN.includes(error.code)) throw error;
      const password = await ask('password' in given ? error : null);
      if (password === null) throw error;
      given = { password };
    }
  }
}

function ask(error: AppError | null): Promise<string | null> {
  return new Promise((resolve) => {
    const answer = (password: string | null): void => {
      useStepUp.setState({ asking: null });
      resolve(password);
    };
    useStepUp.setState({ asking: { answer, error } });
  });
}
