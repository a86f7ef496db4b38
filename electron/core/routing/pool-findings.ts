import type { PoolRule } from '../../../shared/contract/routing.ts';
import type { Finding } from '../credentials/finding.ts';
import type { ResolvedCredential } from '../credentials/types.ts';
import type { CredentialPool } from './credential-pool.ts';

export interface PoolFindingsDeps {
  /** null: nothing is served under this name. */
  readonly served: (provider: string, label: string) => ResolvedCredential | null;
  readonly finding: (id: string, version: number) => Finding | null;
  readonly pool: Pick<CredentialPool, 'found' | 'forgetMember'>;
}

interface Known {
  readonly credential: string;
  readonly finding: string;
}

/**
 * Brings to a pool what tests and tools found out about its credentials, each finding once: what calls show later
 * counts more. The database is read again only after a credential changed.
 */
export class PoolFindings {
  readonly #deps: PoolFindingsDeps;
  readonly #known = new Map<string, Known>();
  readonly #fresh = new Set<string>();

  constructor(deps: PoolFindingsDeps) {
    this.#deps = deps;
  }

  /** Before a pool is asked. Needs an unlocked vault. */
  refresh(provider: string, { members }: PoolRule): void {
    if (this.#fresh.has(provider)) return;
    this.#fresh.add(provider);
    for (const { label } of members) this.#look(provider, label);
  }

  /** A test, a report, a new value, another label: the next use looks again. */
  changed(): void {
    this.#fresh.clear();
  }

  locking(): void {
    this.#fresh.clear();
    this.#known.clear();
  }

  #look(provider: string, label: string): void {
    const { served, finding, pool } = this.#deps;
    const name = `${provider}/${label}`;
    const before = this.#known.get(name);
    const now = served(provider, label);
    if (now === null) {
      this.#known.delete(name);
      pool.forgetMember(provider, label);
      return;
    }
    const credential = `${now.id}/${now.version}`;
    if (before !== undefined && before.credential !== credential) pool.forgetMember(provider, label);
    const found = finding(now.id, now.version);
    const text = found === null ? '' : `${found.atMs} ${found.by} ${found.says}`;
    this.#known.set(name, { credential, finding: text });
    const isNews = before?.credential !== credential || before.finding !== text;
    if (found !== null && isNews) pool.found(provider, label, found);
  }
}
