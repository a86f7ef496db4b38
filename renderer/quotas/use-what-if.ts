import { useEffect, useState } from 'react';
import type { QuotaWhatIf } from '../../shared/contract/quotas.ts';
import type { QuotaDefinition } from '../../shared/quotas.ts';
import type { AppError } from '../../shared/errors.ts';
import { asAppError, call } from '../contract/client.ts';
import { useDebounced } from '../contract/use-debounced.ts';

const QUIET_MS = 400;

export type WhatIfState =
  | { readonly kind: 'nothing' | 'waiting' }
  | { readonly kind: 'known'; readonly answer: QuotaWhatIf }
  | { readonly kind: 'failed'; readonly error: AppError };

/** What a quota would have meant for the calls of the last weeks, asked once the typing rests; null: the form is not filled in yet. */
export function useWhatIf(definition: QuotaDefinition | null): WhatIfState {
  // The name is in no reckoning: typing it asks nothing.
  const key = definition === null ? '' : JSON.stringify({ ...definition, name: 'x' });
  const settled = useDebounced(key, QUIET_MS);
  const [known, setKnown] = useState<{ readonly key: string; readonly state: WhatIfState } | null>(null);
  useEffect(() => {
    if (settled === '') return;
    let wanted = true;
    const keep = (state: WhatIfState): void => {
      if (wanted) setKnown({ key: settled, state });
    };
    call('quotas.whatIf', { definition: JSON.parse(settled) as QuotaDefinition })
      .then((answer) => keep({ kind: 'known', answer }))
      .catch((thrown: unknown) => keep({ kind: 'failed', error: asAppError(thrown) }));
    return () => {
      wanted = false;
    };
  }, [settled]);
  if (key === '') return { kind: 'nothing' };
  return known?.key === key ? known.state : { kind: 'waiting' };
}
