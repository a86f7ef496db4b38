import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { UsageFilter } from '../../shared/contract/usage.ts';
import type { UsageRecord, UsageRequests } from '../../shared/contract/usage-records.ts';
import type { AppError } from '../../shared/errors.ts';
import { asAppError, call } from '../contract/client.ts';
import { useUsage } from '../state/usage.ts';
import type { Span } from './ranges.ts';

const PAGE = 200;

export interface RequestList {
  readonly records: readonly UsageRecord[];
  /** Counted since, and not among them yet. */
  readonly newer: readonly UsageRecord[];
  readonly zone: string;
  readonly keptSince: string | null;
  readonly remarks: UsageRequests['remarks'];
  readonly hasMore: boolean;
}

export interface RequestPages {
  readonly list: RequestList | null;
  readonly error: AppError | null;
  /** Reads from the top again. */
  readonly retry: () => void;
  readonly loadMore: () => void;
  readonly takeNewer: () => void;
}

export interface Held {
  readonly key: string;
  readonly list: RequestList | null;
  readonly next: string | null;
  readonly error: AppError | null;
}

/** Puts what was counted meanwhile before what is there. Nothing comes twice. */
export function withNewer(records: readonly UsageRecord[], fresh: readonly UsageRecord[]): readonly UsageRecord[] {
  const known = new Set(records.map(({ id }) => id));
  const news = fresh.filter(({ id }) => !known.has(id));
  return news.length === 0 ? records : [...news, ...records];
}

/** What came well takes away the word of what did not before it. */
export const afterAnswer = (held: Held): Held => (held.error === null ? held : { ...held, error: null });

/** The calls of another question are none of this one's. */
export const afterFailure = (held: Held, key: string, error: AppError): Held =>
  held.key === key ? { ...held, error } : { key, list: null, next: null, error };

/**
 * Single calls, latest first, page by page; what is counted meanwhile comes in at the top.
 * @param isAtTop - whether the reader looks at the top: only then rows may move under their eyes.
 */
export function useRequests(span: Span, filter: UsageFilter | undefined, isAtTop: () => boolean): RequestPages {
  const question = useMemo(() => ({ ...span, ...(filter === undefined ? {} : { filter }) }), [span, filter]);
  const key = JSON.stringify(question);
  const tick = useUsage((state) => state.tick);
  const [held, setHeld] = useState<Held>({ key: '', list: null, next: null, error: null });
  const busy = useRef(false);
  const latest = useRef({ key, question, isAtTop });
  useEffect(() => {
    latest.current = { key, question, isAtTop };
  });
  const read = useCallback(async (cursor: string | null, take: (page: UsageRequests, now: Held) => Held) => {
    const { key: asked, question: about } = latest.current;
    try {
      const page = await call('usage.requests', { ...about, limit: PAGE, ...(cursor === null ? {} : { cursor }) });
      if (latest.current.key !== asked) return;
      setHeld((now) => afterAnswer(take(page, now.key === asked ? now : { ...now, list: null })));
    } catch (thrown) {
      const error = asAppError(thrown);
      if (latest.current.key === asked) setHeld((now) => afterFailure(now, asked, error));
    }
  }, []);
  const begin = useCallback(() => {
    void read(null, ({ records, zone, keptSince, remarks, next }) => {
      const list = { records, newer: [], zone, keptSince, remarks, hasMore: next !== null };
      return { key, list, next, error: null };
    });
  }, [key, read]);
  useEffect(begin, [begin]);
  useEffect(() => {
    if (tick === 0) return;
    void read(null, ({ records: fresh }, now) => {
      if (now.list === null) return now;
      const all = withNewer(now.list.records, fresh);
      if (all === now.list.records) return now;
      const news = all.slice(0, all.length - now.list.records.length);
      const list = latest.current.isAtTop() ? { ...now.list, records: all, newer: [] } : { ...now.list, newer: news };
      return { ...now, list };
    });
  }, [tick, read]);
  const loadMore = (): void => {
    if (held.next === null || busy.current) return;
    busy.current = true;
    void read(held.next, ({ records, next }, now) => {
      if (now.list === null) return now;
      const known = new Set(now.list.records.map(({ id }) => id));
      const older = records.filter(({ id }) => !known.has(id));
      return { ...now, next, list: { ...now.list, records: [...now.list.records, ...older], hasMore: next !== null } };
    }).finally(() => (busy.current = false));
  };
  const takeNewer = (): void => {
    setHeld((now) => {
      if (now.list === null) return now;
      return { ...now, list: { ...now.list, records: withNewer(now.list.records, now.list.newer), newer: [] } };
    });
  };
  return { list: held.list, error: held.key === key ? held.error : null, retry: begin, loadMore, takeNewer };
}
