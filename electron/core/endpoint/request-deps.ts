import type { Gate } from '../broker/gate.ts';
import type { AppMetrics } from '../metrics/app-metrics.ts';
import type { ForwardProxy } from '../proxy/proxy.ts';
import type { Clock } from '../seams.ts';
import type { Quotas } from '../quotas/quotas.ts';
import type { ClientUsageDeps } from '../usage/client-usage.ts';
import type { LastUsed } from '../usage/last-used.ts';
import type { AuditTally } from './audit-tally.ts';
import type { BadTokenBrake } from './bad-token-brake.ts';
import type { Clients } from './clients.ts';
import type { CredentialRates, ClientRates } from './client-rates.ts';
import type { CredentialSource, VaultGate } from './deps.ts';
import type { InFlight } from './in-flight.ts';
import type { Loans } from './loans.ts';

/** What the request handler and the routes behind it work with. */
export interface RequestDeps {
  readonly vault: VaultGate;
  readonly clock: Clock;
  readonly clients: Clients;
  readonly loans: Pick<Loans, 'verify'>;
  readonly credentials: CredentialSource;
  readonly gate: Pick<Gate, 'admitClient'>;
  readonly lastUsed: Pick<LastUsed, 'note'>;
  readonly reads: AuditTally;
  readonly refusals: AuditTally;
  readonly rates: ClientRates;
  readonly credentialRates: CredentialRates;
  readonly brake: BadTokenBrake;
  readonly inFlight: InFlight;
  readonly metrics: AppMetrics;
  /** null: this endpoint forwards nothing. */
  readonly proxy: Pick<ForwardProxy, 'serve'> | null;
  /** Left out: nothing is metered, and the routes of usage are not there. */
  readonly usage?: ClientUsageDeps['usage'] | undefined;
  /** Left out: there are none. */
  readonly quotas?: Pick<Quotas, 'list'> | undefined;
  /** Whether the read subset of HashiCorp Vault is switched on; asked while unlocked only. */
  readonly isVaultKvOn: () => boolean;
  readonly version: string;
  readonly activity: () => void;
}
