import { useEffect, useState } from 'react';
import type { Inspection } from '../../shared/contract/schemas.ts';
import { call } from '../contract/client.ts';
import { useDebounced } from '../contract/use-debounced.ts';

/** A pasted value is judged this long after the last change. */
const QUIET_MS = 250;

interface Asked {
  readonly provider: string | null;
  readonly authKind: string | null;
  readonly field: string | null;
  readonly value: string;
}

/** What the core makes of a value while it is typed: warnings, and whose key it is. Never refuses anything. */
export function useInspection({ provider, authKind, field, value }: Asked): Inspection | null {
  const settled = useDebounced(value.trim(), QUIET_MS);
  const [answer, setAnswer] = useState<{ readonly value: string; readonly inspection: Inspection } | null>(null);
  useEffect(() => {
    if (settled === '') return;
    let current = true;
    const known = {
      ...(provider === null ? {} : { provider }),
      ...(authKind === null ? {} : { authKind }),
      ...(field === null ? {} : { field }),
    };
    call('providers.inspect', { ...known, value: settled })
      .then((inspection) => current && setAnswer({ value: settled, inspection }))
      .catch(() => undefined); // without an opinion the form works as well
    return () => {
      current = false;
    };
  }, [settled, provider, authKind, field]);
  return value.trim() !== '' && answer?.value === value.trim() ? answer.inspection : null;
}
