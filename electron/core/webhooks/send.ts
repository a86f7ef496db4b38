import type { DeliveryProblem, DeliveryTry } from '../../../shared/contract/notifications.ts';
import { toTimestamp } from '../credentials/expiry.ts';
import type { WayOut } from '../net/way-out.ts';
import { type Exchange, exchange } from '../providers/http/http-exchange.ts';
import type { Clock } from '../seams.ts';
import { wipe } from '../vault/bytes.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { retryAfterMs } from './backoff.ts';
import { openSecret, openUrl } from './sealed-webhook.ts';
import { signatures } from './signature.ts';
import { listSecretRows, type WebhookRow } from './webhook-table.ts';

export interface Message {
  readonly id: string;
  readonly body: string;
}

export interface SendOptions {
  readonly clock: Clock;
  readonly version: string;
  readonly way: WayOut;
  /** A lock: the exchange is cut, and `sendOnce` rejects with the signal's reason. */
  readonly signal: AbortSignal;
}

export interface Sent {
  readonly try: DeliveryTry;
  /** What the receiver asked for; null: nothing. */
  readonly retryAfterMs: number | null;
}

/**
 * One try: signed now, sent under the address rules on the owner's way out, 10 s in all, no redirect followed. Of the answer only the status
 * and `Retry-After` are looked at; its body is not kept.
 */
export async function sendOnce(
  vault: OpenVault,
  webhook: WebhookRow,
  message: Message,
  options: SendOptions,
): Promise<Sent> {
  const { clock } = options;
  const startMs = clock.now();
  const startedAt = clock.monotonic();
  const tried = (status: number | null, problem: DeliveryProblem | null): DeliveryTry => {
    const latencyMs = Math.max(0, Math.round(clock.monotonic() - startedAt));
    return { at: toTimestamp(startMs), latencyMs, status, problem };
  };
  const prepared = prepare(vault, webhook, message, startMs);
  if (prepared === null) return { try: tried(null, 'secret'), retryAfterMs: null };
  const answer = await exchange(
    {
      method: 'POST',
      url: prepared.url,
      headers: new Map([
        ['content-type', 'application/json'],
        ['user-agent', `Keyharbor/${options.version}`],
        ['webhook-id', message.id],
        ['webhook-timestamp', String(prepared.timestamp)],
        ['webhook-signature', prepared.signature],
      ]),
      body: message.body,
    },
    { policy: webhook.local === 1 ? 'local' : 'public', way: options.way, clock, signal: options.signal },
  );
  if (answer.kind !== 'answer') return { try: tried(null, problemOf(answer)), retryAfterMs: null };
  const { status, headers } = answer;
  const redirect = status >= 300 && status < 400;
  const good = status >= 200 && status < 300;
  return {
    try: tried(status, good ? null : redirect ? 'redirect' : 'status'),
    retryAfterMs: retryAfterMs(headers.get('retry-after'), clock.now()),
  };
}

/** Address and secrets are opened for this try alone. null: they do not verify. */
function prepare(
  vault: OpenVault,
  webhook: WebhookRow,
  { id, body }: Message,
  nowMs: number,
): { readonly url: URL; readonly timestamp: number; readonly signature: string } | null {
  const secrets: Buffer[] = [];
  try {
    const url = new URL(openUrl(vault, webhook));
    for (const row of listSecretRows(vault.db, webhook.id)) {
      if (row.ends_at_ms === null || row.ends_at_ms > nowMs) secrets.push(openSecret(vault, webhook, row));
    }
    const timestamp = Math.floor(nowMs / 1000);
    if (secrets.length === 0) return null;
    return { url, timestamp, signature: signatures(secrets, { id, timestamp, body }) };
  } catch {
    return null;
  } finally {
    wipe(...secrets);
  }
}

function problemOf(answer: Exclude<Exchange, { kind: 'answer' }>): DeliveryProblem {
  return answer.kind === 'timeout' ? 'timeout' : answer.why;
}
