import { useCallback, useEffect, useRef, useState } from 'react';
import type { AuditEntry, AuditFilter } from '../../shared/contract/audit.ts';
import type { AppError } from '../../shared/errors.ts';
import { asAppError, call, onContractEvent } from '../contract/client.ts';
import { joined } from './joined.ts';

const PAGE = 50;
/** Several things happen at once; the list is read once for all of them. */
const GATHER_MS = 400;

interface Shown {
  readonly state: 'loading' | 'ready' | 'failed';
  readonly error: AppError | null;
  readonly entries: readonly AuditEntry[];
  readonly more: boolean;
}

const LOADING: Shown = { state: 'loading', error: null, entries: [], more: false };

export interface ActivityList extends Shown {
  readonly older: () => void;
  readonly retry: () => void;
}

/** The log under a filter, newest first. New entries come in by themselves, older ones when they are asked for. */
export function useActivity(filter: AuditFilter): ActivityList {
  const [shown, setShown] = useState<Shown>(LOADING);
  const key = JSON.stringify(filter);
  const current = useRef(key);
  current.current = key;

  /** What comes for another filter than the present one is dropped. */
  const read = useCallback(async (before?: number): Promise<void> => {
    const asked = current.current;
    try {
      const page = await call('audit.list', {
        filter: JSON.parse(asked) as AuditFilter,
        limit: PAGE,
        ...(before === undefined ? {} : { before }),
      });
      if (current.current !== asked) return;
      setShown((now) => ({ state: 'ready', error: null, ...joined(now, page, before) }));
    } catch (thrown) {
      if (current.current === asked) setShown((now) => ({ ...now, state: 'failed', error: asAppError(thrown) }));
    }
  }, []);

  useEffect(() => {
    setShown(LOADING);
    void read();
  }, [key, read]);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const off = onContractEvent(({ event }) => {
      if (event === 'vault.locked') return;
      clearTimeout(timer);
      timer = setTimeout(() => void read(), GATHER_MS);
    });
    return () => {
      off();
      clearTimeout(timer);
    };
  }, [read]);

  return {
    ...shown,
    older: () => void read(shown.entries.at(-1)?.seq),
    retry: () => void read(),
  };
}
