import type { ProxyQuota, QuotaAsk, QuotaHold } from '../proxy/observers.ts';
import type { Held, QuotaLedger } from './ledger.ts';
import type { Quotas } from './quotas.ts';

/** The quotas as a forwarded call asks them. */
export class QuotasOfCalls implements ProxyQuota {
  readonly #quotas: Pick<Quotas, 'ledger' | 'isOn'>;

  constructor(quotas: Pick<Quotas, 'ledger' | 'isOn'>) {
    this.#quotas = quotas;
  }

  get isOn(): boolean {
    return this.#quotas.isOn;
  }

  get readsBodies(): boolean {
    return this.#quotas.ledger.readsBodies;
  }

  reserve({ info, credential, atMs, body, beginning, isCritical }: QuotaAsk): QuotaHold | null {
    const { ledger } = this.#quotas;
    const { provider, client, method, path } = info;
    // As the record of the call will have it.
    const subject = {
      provider: provider.id,
      credential: credential.id,
      client: client.id,
      project: client.project ?? '',
    };
    const held = ledger.reserve(subject, { provider, method, path, body, beginning }, atMs, isCritical);
    return held === null ? null : new Hold(ledger, held);
  }
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
