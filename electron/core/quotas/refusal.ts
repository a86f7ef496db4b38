import { AppError } from '../../../shared/errors.ts';
import type { QuotaCounts } from '../../../shared/quotas.ts';
import { amountInWords } from '../../../shared/quota-words.ts';
import type { Counter, NoRoom } from './counter.ts';
import { isOfCredential } from './subject.ts';

/** The arithmetic of a refusal, as the client gets it. Figures in whole requests, tokens or micro-USD. */
export interface QuotaFacts {
  readonly id: string;
  readonly name: string;
  readonly counts: QuotaCounts;
  /** What this call could draw on. */
  readonly limit: number;
  readonly used: number;
  /** Of `used`: what imported calls took. 0 where the quota does not count them. */
  readonly imported: number;
  readonly reserved: number;
  readonly asked: number;
  readonly resetsAt: string;
}

const WHY: Readonly<Record<NoRoom['why'], string>> = {
  limit: '',
  buffer: ' The rest is kept for critical calls.',
  share: ' The rest is kept for the other clients of its pool.',
};

const HELD = 'The room is held by calls under way; what they do not use is free when they end.';
/** When calls under way may have ended. */
const HELD_MS = 5000;

/** A call that would pass a limit. Official SDKs do not retry it (`x-should-retry: false`). */
export class QuotaExceeded extends AppError {
  readonly facts: QuotaFacts;
  /** It is about the credential: another one may have room. */
  readonly isOfCredential: boolean;
  /** When there may be room: as a rule when it begins anew. UTC epoch milliseconds. */
  readonly resetsAtMs: number;

  constructor(counter: Counter, { available, asked, why, isHeld }: NoRoom, nowMs: number) {
    const { name, counts } = counter.definition;
    const { used, reserved, window } = counter;
    const imported = counter.definition.countImports ? counter.imported : 0;
    const resetsAt = new Date(window.endMs).toISOString();
    const roomAtMs = isHeld ? Math.min(window.endMs, nowMs + HELD_MS) : window.endMs;
    const isOneLarge = counter.used < available && asked > 1;
    const told = (amount: number) => amountInWords(amount, counts);
    super(
      'quota_exceeded',
      `The quota "${name}" has no room for this call: ${told(available)} allowed, ` +
        `${told(used)} used${imported === 0 ? '' : ` (of which imported: ${told(imported)})`}, ` +
        `${told(reserved)} reserved, ${told(asked)} asked.${WHY[why]} ${isHeld ? HELD : `It begins anew at ${resetsAt}.`} Nothing was sent.`,
      isHeld
        ? 'Try again in a few seconds.'
        : isOneLarge
          ? 'Ask for less in one call (max_tokens), wait until then, or ask the owner for more: keyharbor quota set.'
          : 'Wait until then, or ask the owner for more: keyharbor quota set.',
      { retryAfterMs: Math.max(1000, roomAtMs - nowMs) },
    );
    this.isOfCredential = isOfCredential(counter.definition.scope);
    this.resetsAtMs = roomAtMs;
    this.facts = { id: counter.id, name, counts, limit: available, used, imported, reserved, asked, resetsAt };
  }
}
