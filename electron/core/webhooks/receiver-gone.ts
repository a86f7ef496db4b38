import { appendAudit } from '../audit/audit-log.ts';
import type { Clock } from '../seams.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { giveUpWaiting } from './delivery-table.ts';
import { switchWebhookOff } from './webhook-table.ts';

/** 410 Gone (RFC 9110 section 15.5.11): the receiver says that nobody will come back. */
export const GONE = 410;

/** The webhook is off from now on, and what waits for it is given up. Call it inside `vault.write`. */
export function receiverGone(vault: OpenVault, clock: Clock, webhookId: Buffer): void {
  switchWebhookOff(vault.db, webhookId, 'gone');
  giveUpWaiting(vault.db, webhookId, clock.now());
  const target = webhookId.toString('hex');
  appendAudit(vault, clock, { actor: 'system', action: 'webhook.gone', target, result: 'ok' });
}
