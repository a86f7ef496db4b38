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

export function dropQuotas(): void {
  quotas.drop();
  proposals.drop();
}

/** After a quota was made, changed or taken away. */
export async function reloadQuotas(): Promise<void> {
  await Promise.all([loadQuotas(), loadProposals()]);
}
