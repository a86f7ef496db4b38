import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type App, createApp } from '../../electron/core/app.ts';
import type { IdleSource } from '../../electron/core/lock-policy/lock-policy.ts';
import type { Evidence } from '../../electron/core/evidence/evidence.ts';
import { createLog } from '../../electron/core/logs/log.ts';
import { resolvePaths } from '../../electron/core/paths.ts';
import { type Keychain, KeychainUnavailable, type Shell, type SystemEvent } from '../../electron/core/seams.ts';
import type { ReportQuery } from '../../electron/core/usage/report.ts';
import type { UsageEntry } from '../../electron/core/usage/usage-entry.ts';
import type { NewCredential } from '../../shared/contract/schemas.ts';
import { newCredential } from '../../shared/contract/schemas.ts';
import type { ContractEvent } from '../../shared/contract/handlers.ts';
import { events } from '../../shared/contract/events.ts';
import { FakeClock } from './fake-clock.ts';

export const PASSWORD = 'correct horse battery staple 42';

/** A desktop whose clipboard, idle time and system events a test holds in its hand. */
export class TestShell implements Shell {
  readonly kind = 'headless';
  readonly missing = ['tray'];
  text: string | null = '';
  idleMs: number | null = null;
  readonly #listeners = new Set<(event: SystemEvent) => void>();

  constructor(approvals: Shell['approvals'] = null) {
    this.approvals = approvals;
  }

  readonly clipboard = {
    write: (text: string) => {
      this.text = text;
      return Promise.resolve();
    },
    read: () => Promise.resolve(this.text),
    clear: () => {
      this.text = '';
      return Promise.resolve();
    },
  };

  readonly approvals: Shell['approvals'];

  notify(): void {}
  confirm(): Promise<boolean> {
    return Promise.resolve(true);
  }
  openLink(): Promise<void> {
    return Promise.resolve();
  }
  systemIdleMs(): number | null {
    return this.idleMs;
  }
  onSystemEvent(listener: (event: SystemEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  system(event: SystemEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

const noKeychain: Keychain = {
  probe: () => Promise.resolve({ name: null, reason: 'there is none in this test' }),
  read: () => Promise.reject(new KeychainUnavailable('none')),
  write: () => Promise.reject(new KeychainUnavailable('none')),
  remove: () => Promise.reject(new KeychainUnavailable('none')),
};

export interface TestApp {
  readonly app: App;
  readonly clock: FakeClock;
  readonly shell: TestShell;
  /** Everything emitted so far; each is checked against the contract when it comes. */
  readonly heard: ContractEvent[];
  readonly home: string;
}

/** What a test of the gate puts in place of a panel and of the system's own knowledge. */
export interface GateParts {
  readonly approvals?: Shell['approvals'];
  readonly evidence?: Evidence;
}

/** The whole core over a temporary home, without a vault. Closed and removed when the test is finished. */
export function startTestApp(
  source: IdleSource = 'requests',
  home = mkdtempSync(join(tmpdir(), 'kh-app-')),
  resourcesDir = join(import.meta.dirname, '../../resources'),
  parts: GateParts = {},
): TestApp {
  const clock = new FakeClock();
  const shell = new TestShell(parts.approvals);
  const paths = resolvePaths({ KEYHARBOR_HOME: home });
  const log = createLog(paths.logs);
  const app = createApp({
    paths,
    clock,
    shell,
    keychain: noKeychain,
    log,
    version: '0.0.0-test',
    resourcesDir,
    idle: { source, defaultMs: 10 * 60_000 },
    ...(parts.evidence === undefined ? {} : { evidence: parts.evidence }),
    host: { stop: () => undefined, handOver: () => undefined, focus: () => false },
  });
  const heard: ContractEvent[] = [];
  app.onEvent((event) => {
    events[event.event].parse(event.data);
    heard.push(event);
  });
  onTestFinished(async () => {
    await app.close('quit');
    log.close();
    rmSync(home, { recursive: true, force: true });
  });
  return { app, clock, shell, heard, home };
}

/** The same with a new vault, unlocked. */
export async function startUnlockedApp(
  source: IdleSource = 'requests',
  resourcesDir?: string,
  parts?: GateParts,
): Promise<TestApp> {
  const started = startTestApp(source, undefined, resourcesDir, parts);
  await started.app.vault.create({ password: PASSWORD, kdf: 'argon2id' }, 'cli');
  return started;
}

/** Usage as the endpoint has it: what is asked is answered by the thread that reads. */
export function usageOf(app: App, clock: FakeClock) {
  return {
    record: (entries: readonly UsageEntry[]) => app.usage.record(entries),
    flush: () => app.usage.flush(),
    knows: (source: UsageEntry['source'], clientId: string, requestId: string) =>
      app.usage.knows(source, clientId, requestId),
    report: (query: ReportQuery) =>
      app.usageReader.query('report', { query, zone: app.reportingZone(), nowMs: clock.now() }),
  };
}

/** A new credential as the contract's schema would hand it on, with its defaults. */
export function credentialInput(
  given: Partial<NewCredential> & Pick<NewCredential, 'provider' | 'fields'>,
): NewCredential {
  return newCredential.parse(given);
}
