import type { ClientSummary } from '../../shared/contract/schemas.ts';
import { formatDate } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';

/** When a client's token ends. One that is lent ends with its program; its date is only the latest that could be. */
export function endText({ loan, state, expiresAt }: Pick<ClientSummary, 'loan' | 'state' | 'expiresAt'>): string {
  if (loan === true) return m.clients.endsWithProgram;
  return `${state === 'expired' ? m.clients.expired : m.clients.expires} ${formatDate(expiresAt)}`;
}
