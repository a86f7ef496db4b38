import type { CredentialSummary } from '../../shared/contract/schemas.ts';
import { formatDateTime, formatLatency, formatRelative } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import { provesNothing } from './health.ts';

interface Props {
  readonly lastTest: CredentialSummary['lastTest'];
  readonly nowMs: number;
}

/** A narrow column breaks the line between two parts, never within one. */
const UNBROKEN = { whiteSpace: 'nowrap' } as const;

/** The result in a word or two. */
export const resultWords = (test: Pick<NonNullable<CredentialSummary['lastTest']>, 'result' | 'hint'>): string =>
  provesNothing(test) ? m.providers.provesNothing : m.providers.results[test.result];

/** "Works · 240 ms · 3 minutes ago". Nothing is said that was not measured. */
export function TestLine({ lastTest, nowMs }: Props) {
  if (lastTest === null) return <span>{m.providers.neverTested}</span>;
  const latency = formatLatency(lastTest.latencyMs);
  return (
    <span>
      <span style={UNBROKEN}>{`${resultWords(lastTest)} ·`}</span>{' '}
      {latency !== null && (
        <>
          <span style={UNBROKEN}>{`${latency} ·`}</span>{' '}
        </>
      )}
      <time dateTime={lastTest.checkedAt} title={formatDateTime(lastTest.checkedAt)} style={UNBROKEN}>
        {formatRelative(lastTest.checkedAt, nowMs)}
      </time>
    </span>
  );
}

export function UsedLine({ one, nowMs }: { readonly one: CredentialSummary; readonly nowMs: number }) {
  if (one.lastUsedAt === null) return <span>{m.providers.neverUsed}</span>;
  const when = formatRelative(one.lastUsedAt, nowMs);
  return <span>{one.lastUsedBy === null ? m.providers.used(when) : m.providers.usedBy(when, one.lastUsedBy)}</span>;
}
