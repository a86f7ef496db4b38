import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContractEvent } from '../../../shared/contract/handlers.ts';
import type { CredentialDetail, CredentialSummary } from '../../../shared/contract/schemas.ts';
import type { KeyReport } from '../../../shared/http/answers.ts';
import { AppError } from '../../../shared/errors.ts';
import type { OpenedFields, ResolvedCredential } from '../../../electron/core/credentials/types.ts';
import { Clients } from '../../../electron/core/endpoint/clients.ts';
import type { CredentialSource } from '../../../electron/core/endpoint/deps.ts';
import type { ClientAsk } from '../../../electron/core/broker/gate.ts';
import { Endpoint } from '../../../electron/core/endpoint/endpoint.ts';
import { Loans } from '../../../electron/core/endpoint/loans.ts';
import { createAppMetrics } from '../../../electron/core/metrics/app-metrics.ts';
import { createLog } from '../../../electron/core/logs/log.ts';
import { LastUsed } from '../../../electron/core/usage/last-used.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { MemoryVault } from '../../unit/endpoint/open-vault.ts';

export const SECRET = ['sk-', 'proj-', 'FAKE', '-for-the-endpoint'].join('');

/** Three credentials, and a count of how often any was asked for: what no hostile request may raise. */
export class FewCredentials implements CredentialSource {
  asked = 0;
  readonly disposed: Buffer[] = [];
  readonly #known = new Map<string, ResolvedCredential>(
    [
      ['openai', 'default', false],
      ['openai', 'work', false],
      ['ollama', 'default', true],
    ].map(([provider, label, local], at) => {
      const id = String(at + 1).repeat(32);
      const rest = {
        scope: 'user',
        version: 1,
        authKind: 'api_key',
        origin: '',
        expiresAt: null,
        fingerprint: 'f'.repeat(16),
        refreshable: false,
        weakestForm: null,
      } as const;
      return [`${String(provider)}/${String(label)}`, { id, provider, label, local, ...rest } as ResolvedCredential];
    }),
  );

  resolve(provider: string, label: string): ResolvedCredential {
    this.asked += 1;
    const found = this.#known.get(`${provider}/${label}`);
    if (found === undefined) throw new AppError('key_not_found', 'No key answers to this.', 'Labels here: work.');
    return found;
  }

  isServed(): boolean {
    return true;
  }

  renewId(): null {
    return null;
  }

  prepareId(): null {
    return null;
  }

  unaffected(write: () => void): void {
    write();
  }

  readonly reports: { readonly id: string; readonly report: KeyReport; readonly client: string }[] = [];

  report(id: string, report: KeyReport, client: { readonly name: string }): boolean {
    this.asked += 1;
    this.reports.push({ id, report, client: client.name });
    return true;
  }

  get({ id }: { readonly id: string }): CredentialDetail {
    const found = this.list().find((each) => each.id === id);
    if (found === undefined) throw new AppError('key_not_found', 'No key answers to this.');
    const createdAt = '2030-01-15T12:00:00.000Z';
    const version = {
      version: 1,
      state: 'active',
      fingerprint: found.fingerprint,
      createdAt,
      stateChangedAt: createdAt,
    } as const;
    return { ...found, createdAt, updatedAt: createdAt, versions: [version] };
  }

  openFields(): OpenedFields {
    const value = Buffer.from(SECRET);
    const dispose = () => {
      value.fill(0);
      this.disposed.push(value);
    };
    return {
      primary: 'api_key',
      fields: new Map([['api_key', value]]),
      environment: [{ name: 'OPENAI_API_KEY', field: 'api_key' }],
      dispose,
      [Symbol.dispose]: dispose,
    };
  }

  list(): readonly CredentialSummary[] {
    this.asked += 1;
    return [...this.#known.values()].map((known) => ({
      ...known,
      name: `${known.label} key`,
      ref: '',
      state: 'active',
      primary: 'api_key',
      masked: '',
      fields: [],
      tags: [],
      project: '',
      note: 'a note for the owner only',
      baseUrl: null,
      weakestForm: null,
      createdAt: '',
      updatedAt: '',
      rotatedAt: null,
      binnedAt: null,
      lastUsedAt: null,
      lastUsedBy: null,
      lastTest: null,
    }));
  }
}

export interface Setting {
  readonly endpoint: Endpoint;
  readonly clients: Clients;
  readonly credentials: FewCredentials;
  readonly vault: MemoryVault;
  readonly clock: FakeClock;
  readonly lastUsed: LastUsed;
  readonly run: string;
  readonly events: ContractEvent[];
  activity: number;
  vaultKv: boolean;
  /** What the gate says: as one without an owner to ask, until a test says otherwise. */
  admit: (ask: ClientAsk) => Promise<void> | null;
  close(): Promise<void>;
}

/** An endpoint over a vault in memory, in a home of its own; off at first. */
export function makeSetting(home = mkdtempSync(join(tmpdir(), 'kh-endpoint-'))): Setting {
  const run = join(home, 'run');
  mkdirSync(run, { recursive: true, mode: 0o700 });
  const vault = new MemoryVault();
  const clock = new FakeClock();
  const lastUsed = new LastUsed({ vault, clock, log: createLog(null), written: () => undefined });
  const events: ContractEvent[] = [];
  const emit = (event: ContractEvent) => void events.push(event);
  const clients = new Clients({ vault, clock, lastUsed, emit });
  const credentials = new FewCredentials();
  const setting: Setting = {
    endpoint: new Endpoint({
      vault,
      clock,
      paths: { run, auditPending: join(home, 'audit-pending.jsonl') },
      clients,
      loans: new Loans({ vault, clock, lastUsed, emit }),
      credentials,
      gate: {
        admitClient: (ask) => setting.admit(ask),
        onRevoked: () => () => undefined,
      },
      lastUsed,
      log: createLog(null),
      emit,
      onEvent: () => () => undefined,
      metrics: createAppMetrics(),
      usage: {
        record: () => undefined,
        flush: () => undefined,
        knows: () => false,
        report: () => ({ by: 'model', zone: 'UTC', rows: [], remarks: [] }),
      },
      isVaultKvOn: () => setting.vaultKv,
      version: '0.0.0-test',
      activity: () => {
        setting.activity += 1;
      },
    }),
    clients,
    credentials,
    vault,
    clock,
    lastUsed,
    run,
    events,
    activity: 0,
    vaultKv: false,
    admit: ({ granted }) => {
      if (granted) return null;
      throw new AppError('forbidden', 'Nobody is there to be asked.');
    },
    close: async () => {
      await setting.endpoint.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
  return setting;
}

/** A client with these grants; its token. */
export function tokenFor(
  setting: Setting,
  grants: readonly string[],
  more: { test?: boolean; rate?: number | null } = {},
): string {
  const name = `client ${setting.clients.list().length}`;
  const { test = false, rate = null } = more;
  return setting.clients.create({ name, grants: [...grants], expiresInDays: 30, ratePerSecond: rate, test }, 'cli')
    .token;
}

export const bearer = (token: string) => [['Authorization', `Bearer ${token}`]] as const;
