import { useEffect, useState } from 'react';
import type { z } from 'zod';
import type { passwordStrength } from '../../shared/contract/schemas.ts';
import { call } from '../contract/client.ts';
import { useDebounced } from '../contract/use-debounced.ts';
import { m } from '../i18n/messages.ts';
import { isLongEnough } from './strength.ts';

export type Strength = z.output<typeof passwordStrength>;

export interface NewPasswordState {
  readonly password: string;
  readonly again: string;
  /** The last verdict, for the meter; null for an empty field. */
  readonly strength: Strength | null;
  /** The suggestion stands in the field, in the open. */
  readonly suggested: boolean;
  /** The password once it is acceptable and typed twice, else null. */
  readonly ready: string | null;
  readonly fault: string | null;
  readonly differs: boolean;
  readonly setPassword: (password: string) => void;
  readonly setAgain: (again: string) => void;
  readonly suggest: () => Promise<void>;
}

/** A password typed twice and judged while typing. Held by the form, so that Enter acts on what was typed last. */
export function useNewPassword(): NewPasswordState {
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [suggested, setSuggested] = useState(false);
  const [judged, setJudged] = useState<{ readonly password: string; readonly strength: Strength } | null>(null);
  const settled = useDebounced(password, 200);
  useEffect(() => {
    if (settled === '') return;
    let current = true;
    call('vault.passwordStrength', { password: settled })
      .then((strength) => current && setJudged({ password: settled, strength }))
      .catch(() => undefined); // the core refuses a weak one when it comes to it
    return () => {
      current = false;
    };
  }, [settled]);

  // A verdict that has not come yet stops nobody: the core judges again.
  const weak = judged?.password === password && !judged.strength.acceptable;
  const fault = (): string | null => {
    if (password === '') return m.common.passwordNeeded;
    if (!isLongEnough(password)) return m.firstRun.tooShort;
    return weak ? m.firstRun.tooWeak : null;
  };
  return {
    password,
    again,
    suggested,
    strength: password === '' ? null : (judged?.strength ?? null),
    ready: fault() === null && again === password ? password : null,
    fault: fault(),
    differs: again !== password,
    setPassword,
    setAgain,
    suggest: async () => {
      const suggestion = await call('vault.suggestPassword', {});
      setPassword(suggestion.password);
      setAgain('');
      setSuggested(true);
    },
  };
}
