import type { ResolvedCredential } from '../credentials/types.ts';
import type { CallInfo, ProxyQuota, QuotaAsk, QuotaHold } from '../proxy/observers.ts';
import { isSeenInBody } from './estimate.ts';
import type { Held, QuotaLedger } from './ledger.ts';
import type { Quotas } from './quotas.ts';
import type { Subject } from './subject.ts';

/** The quotas as a forwarded call asks them. */
export class QuotasOfCalls implements ProxyQuota {
  readonly #quotas: Pick<Quotas, 'ledger' | 'isOn'>;

  constructor(quotas: Pick<Quotas, 'ledger' | 'isOn'>) {
    this.#quotas = quotas;
  }

  get isOn(): boolean {
    return this.#quotas.isOn;
  }

  readsBody(info: CallInfo, credential: ResolvedCredential, isSized: boolean): boolean {
    return isSeenInBody(info, isSized) && this.#quotas.ledger.weighs(subjectOf(info, credential));
  }

  reserve({ info, credential, atMs, body, beginning, isCritical }: QuotaAsk): QuotaHold | null {
    const { ledger } = this.#quotas;
    const { provider, method, path } = info;
    const size = { provider, method, path, body, beginning };
    const held = ledger.reserve(subjectOf(info, credential), size, atMs, isCritical);
    return held === null ? null : new Hold(ledger, held);
  }
}

/** As the record of the call will have it. */
function subjectOf({ provider, client }: CallInfo, credential: ResolvedCredential): Subject {
  return { provider: provider.id, credential: credential.id, client: client.id, project: client.project ?? '' };
}

class Hold implements QuotaHold {
  readonly #ledger: QuotaLedger;
  readonly #held: Held;
  readonly delayMs: number;

  constructor(ledger: QuotaLedger, held: Held) {
    this.#ledger = ledger;
    this.#held = held;
    this.delayMs = held.delayMs;
  }

  /** The recorder reads what has ended behind this turn of the event loop; what was held goes after that. */
  end(): void {
    setImmediate(released, this.#ledger, this.#held);
  }
}

function released(ledger: QuotaLedger, held: Held): void {
  ledger.release(held);
}
