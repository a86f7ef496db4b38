import type { KeyReport } from '../../../shared/http/answers.ts';
import type { CheckRow, CredentialRow } from './rows.ts';

/** Until then neither a test nor a report is overruled by another report: no tool can make the card flap. */
export const REPORT_STANDS_MS = 5 * 60_000;
/** The fact by which a finding is known to be a tool's word. */
const TOLD_BY = 'Told by';

/** The name of the tool whose word this finding is; null: Keyharbor found it itself. */
export function toldBy(row: Pick<CheckRow, 'facts'>): string | null {
  const facts = JSON.parse(row.facts) as readonly { readonly label: string; readonly value: string }[];
  return facts.find(({ label }) => label === TOLD_BY)?.value ?? null;
}

interface Reported {
  readonly credential: CredentialRow;
  readonly previous: CheckRow | undefined;
  readonly report: KeyReport;
  /** Its name for people. */
  readonly provider: string;
  /** Name of the client that reports. */
  readonly client: string;
  readonly nowMs: number;
}

/** What the card shows. A tool may be wrong, so nothing is counted towards the pause after failed tests. */
export function reportedRow({ credential, previous, report, provider, client, nowMs }: Reported): CheckRow {
  const status = report.status === undefined ? '' : ` with status ${report.status}`;
  const said =
    report.reason === 'refused' ? `refused this key${status}` : `has no credit or quota left for it${status}`;
  return {
    credential_id: credential.id,
    version: credential.current_version,
    result: report.reason === 'refused' ? 'invalid_key' : 'quota_exceeded',
    latency_ms: null,
    detail: `A tool says that ${provider} ${said}. Keyharbor did not ask ${provider} itself.`,
    hint: 'Test it to be sure.',
    facts: JSON.stringify([{ label: TOLD_BY, value: client }]),
    checked_at_ms: nowMs,
    failures_in_a_row: previous?.failures_in_a_row ?? 0,
    cooldown_until_ms: previous?.cooldown_until_ms ?? null,
  };
}
