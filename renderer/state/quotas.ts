import type { QuotaStatus } from '../../shared/contract/quotas.ts';
import { call } from '../contract/client.ts';
import { remoteList } from './remote-list.ts';

const quotas = remoteList(() => call('quotas.list', {}));
const proposals = remoteList(() => call('quotas.proposals', {}));
export const { use: useQuotas, load: loadQuotas } = quotas;
/** They rest on the use of weeks, so they are read when the screen opens and after a change, not with every call. */
export const { use: useProposals, load: loadProposals } = proposals;

/** How much is used changes with every call: only what counts is read again. */
export const refreshQuotas = quotas.refresh;
/** Which providers have keys decides what is proposed. */
export const refreshProposals = proposals.refresh;

/** The next period runs in the core by then. */
const LATE_MS = 250;
/** Where the core still tells of the old one it is not asked at once again. */
const LEAST_MS = 1_000;
/** No timer runs for longer; then it is looked at again. */
const MOST_MS = 2 ** 31 - 1;

/** After how many milliseconds a period is over, so that the figures say nothing true any more. null: none ends. */
export function untilNextPeriod(
  list: readonly Pick<QuotaStatus, 'resetsAt' | 'definition'>[],
  nowMs: number,
): number | null {
  const ends = list.filter(({ definition }) => definition.enabled).map(({ resetsAt }) => Date.parse(resetsAt));
  if (ends.length === 0) return null;
  return Math.min(MOST_MS, Math.max(LEAST_MS, Math.min(...ends) - nowMs + LATE_MS));
}

let timer: ReturnType<typeof setTimeout> | undefined;
// A period ends without a call, and so without a word of the core: "Used up" would stand there when nothing is.
useQuotas.subscribe(({ list }) => {
  clearTimeout(timer);
  const waitMs = untilNextPeriod(list, Date.now());
  if (waitMs !== null) timer = setTimeout(refreshQuotas, waitMs);
});

export function dropQuotas(): void {
  quotas.drop();
  proposals.drop();
}

/** After a quota was made, changed or taken away. */
export async function reloadQuotas(): Promise<void> {
  await Promise.all([loadQuotas(), loadProposals()]);
}
