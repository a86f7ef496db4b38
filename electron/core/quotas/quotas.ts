import { randomBytes } from 'node:crypto';
import type { QuotaStatus } from '../../../shared/contract/quotas.ts';
import { AppError } from '../../../shared/errors.ts';
import { inForce, type QuotaDefaults, type QuotaInForce } from '../../../shared/quota-defaults.ts';
import { type QuotaDefinition, quotaDefinition } from '../../../shared/quotas.ts';
import { appendAudit } from '../audit/audit-log.ts';
import type { ResolvedCredential } from '../credentials/types.ts';
import type { VerifiedClient } from '../endpoint/clients.ts';
import type { EventHub, Emit } from '../events.ts';
import type { Log } from '../logs/log.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import type { Clock } from '../seams.ts';
import type { PriceBook } from '../usage/prices/price-book.ts';
import type { UsageRecorder } from '../usage/recorder.ts';
import { type ReportingDays, reportingDays } from '../usage/reporting-days.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { checkScope, type Known } from './check-scope.ts';
import { Counter } from './counter.ts';
import { QuotaLedger } from './ledger.ts';
import { windowAt } from './periods.ts';
import { deleteQuotaRow, listQuotaRows, putQuotaRow, type QuotaRow, setTold } from './quota-table.ts';
import { passedLevel, statusOf } from './status.ts';
import { isOfCredential } from './subject.ts';
import { SystemCredentials } from './system-credentials.ts';
import { lastCalls } from './last-calls.ts';
import { latestRecordMs, useSums } from './use-sums.ts';

/** How often at most a change of the counters is told, and warnings are looked for. */
const TELL_MS = 1000;
const MAX_QUOTAS = 500;

export interface QuotasDeps {
  readonly vault: { opened(): OpenVault };
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
  readonly catalogue: Pick<Catalogue, 'get'>;
  readonly usage: Pick<UsageRecorder, 'listen' | 'waiting'>;
  readonly known: Known;
  readonly prices: { readonly book: PriceBook };
  /** The reporting zone (IANA name). */
  readonly zone: () => string;
  /** What the settings say for quotas that say nothing themselves. Asked only while the vault is open. */
  readonly defaults: () => QuotaDefaults;
  /** Runs a write that touches no credential. */
  readonly unaffected: (write: () => void) => void;
  readonly emit: Emit;
  readonly onEvent: EventHub['onEvent'];
}

/** The owner's limits: their definitions in the vault, their counters in memory, and what is told of them. */
export class Quotas {
  readonly #deps: QuotasDeps;
  readonly ledger: QuotaLedger;
  readonly #system: SystemCredentials;
  readonly #rows = new Map<string, QuotaRow>();
  /** By id, as their owner set them. */
  readonly #definitions = new Map<string, QuotaDefinition>();
  #isOpen = false;
  #isUnreadable = false;
  #zone = '';
  #callOff: (() => void) | null = null;

  constructor(deps: QuotasDeps) {
    this.#deps = deps;
    this.#system = new SystemCredentials(deps.vault);
    this.ledger = new QuotaLedger({
      clock: deps.clock,
      days: () => this.days(),
      sums: (window) => useSums(deps.vault.opened().usageDb, this.days(), window),
      latestMs: () => latestRecordMs(deps.vault.opened().usageDb),
      waiting: () => deps.usage.waiting,
      book: () => deps.prices.book,
      lastCalls: () => lastCalls(deps.vault.opened().usageDb),
      isSystem: (id) => this.#system.has(id),
      isActive: (id) => deps.known.client(id),
      told: (id, startMs) => {
        const row = this.#rows.get(id);
        return row?.told_start_ms === startMs ? row.told_level : null;
      },
      changed: () => this.#later(),
      failed: () => deps.log.warn('quotas.not-read'),
    });
    deps.usage.listen(this.ledger);
    deps.onEvent(({ event, data }) => {
      if (!this.#isOpen) return;
      if (event === 'credentials.changed' && this.#system.reread()) this.ledger.subjectsChanged();
      if (event === 'clients.changed') this.ledger.clientsChanged();
      if (event === 'settings.changed') this.#follow();
      // No new call, so old ones are something else now: they were priced anew.
      const isRepriced = event === 'usage.recorded' && 'requests' in data && data.requests === 0;
      const isOtherZone = event === 'settings.changed' && deps.zone() !== this.#zone;
      if (!isOtherZone && !isRepriced) return;
      this.#zone = deps.zone();
      // Behind everybody else who hears it: the recorder sums days anew.
      queueMicrotask(() => this.#isOpen && this.ledger.recount());
    });
  }

  days(): ReportingDays {
    return reportingDays(this.#deps.zone());
  }

  /** Reads the definitions and counts. Call it when the recorder has taken over what was left. Never throws. */
  unlocked(): void {
    this.#isOpen = true;
    this.#zone = this.#deps.zone();
    try {
      this.#load();
    } catch {
      this.#isUnreadable = true;
      this.#deps.log.warn('quotas.not-read');
    }
  }

  /**
   * Whether a system credential may be resolved to: what its demo quota leaves (PRODUCT.md, "Resolution").
   * @returns when it may again, RFC 3339, and the name of the quota that is used up; null: it may.
   */
  demoUsedUp(provider: string, credential: string): { readonly name: string; readonly resetsAt: string } | null {
    if (!this.#isOpen || !this.isOn) return null;
    const subject = { provider, credential, client: '', project: '' };
    const counter = this.ledger.isUsedUp(subject, ({ definition }) => definition.scope.kind === 'system');
    if (counter === null) return null;
    return { name: counter.definition.name, resetsAt: new Date(counter.window.endMs).toISOString() };
  }

  /**
   * Until when nothing goes out with a credential, because a quota of its own has nothing left (UTC epoch milliseconds);
   * null: something may. What it asks is not estimated here: `reserve` still has the last word.
   */
  spentUntilMs({ provider, id }: Pick<ResolvedCredential, 'provider' | 'id'>, client: VerifiedClient): number | null {
    const subject = { provider, credential: id, client: client.id, project: client.project ?? '' };
    return this.ledger.isUsedUp(subject, ({ definition }) => isOfCredential(definition.scope))?.window.endMs ?? null;
  }

  /** With what the settings say where the definition says nothing. */
  inForce(definition: QuotaDefinition): QuotaInForce {
    return inForce(definition, this.#deps.defaults());
  }

  /** Whether a call has to ask. @throws AppError where a quota cannot be read: no call goes out as if there were none. */
  get isOn(): boolean {
    if (this.#isUnreadable) throw unreadable();
    return this.ledger.all.length > 0;
  }

  /** Tells what is to be told, and forgets. The calls under way were ended before. */
  locking(): void {
    if (!this.#isOpen) return;
    this.#tellPending();
    this.#isOpen = false;
    this.#isUnreadable = false;
    this.ledger.drop();
    this.#rows.clear();
    this.#definitions.clear();
    this.#system.forget();
  }

  /** Ids of the system credentials. */
  systemIds(): string[] {
    return [...this.#system.ids()];
  }

  list(): QuotaStatus[] {
    this.ledger.catchUp();
    return this.ledger.all.map((counter) => this.#status(counter));
  }

  /** @throws AppError `not_found`. */
  get(id: string): QuotaStatus {
    return this.#status(this.counter(id));
  }

  /** @throws AppError `not_found`. */
  counter(id: string): Counter {
    this.ledger.catchUp();
    const counter = this.ledger.all.find((one) => one.id === id);
    if (counter === undefined) throw noSuchQuota();
    return counter;
  }

  /**
   * Makes a quota, or changes the one with the id. What was used in its period is counted from the records; levels that
   * are passed already are not told of.
   * @param action - for the audit log; `quota.adjust` is what Keyharbor does by itself.
   * @throws AppError `invalid_input`, `not_found`, `conflict` where another has this name.
   */
  set(
    given: { readonly id?: string | undefined; readonly definition: QuotaDefinition },
    actor: string,
    action: 'quota.set' | 'quota.adjust' = 'quota.set',
  ): QuotaStatus {
    const { clock } = this.#deps;
    const { definition } = given;
    const nowMs = clock.now();
    windowAt(definition.period, this.days(), nowMs); // refuses a cron expression that cannot be read
    const before = given.id === undefined ? null : this.#rows.get(given.id);
    if (before === undefined) throw noSuchQuota();
    checkScope(definition, before === null ? null : definitionOf(before), this.#deps);
    const isTaken = this.ledger.all.some((other) => other.id !== given.id && other.definition.name === definition.name);
    if (isTaken) {
      throw new AppError('conflict', 'Another quota has this name. Nothing was changed.', 'Choose another name.');
    }
    if (before === null && this.#rows.size >= MAX_QUOTAS) {
      throw new AppError('invalid_input', `There can be ${MAX_QUOTAS} quotas. Nothing was changed.`, 'Remove one.');
    }
    const id = given.id ?? randomBytes(8).toString('hex');
    const row: QuotaRow = {
      id,
      document: JSON.stringify(definition),
      created_at_ms: before?.created_at_ms ?? nowMs,
      updated_at_ms: nowMs,
      told_start_ms: null,
      told_level: null,
    };
    const vault = this.#deps.vault.opened();
    this.#tellPending();
    const meta = { name: definition.name, counts: definition.counts, limit: definition.limit };
    this.#write(vault, () => {
      putQuotaRow(vault.db, row);
      appendAudit(vault, clock, { actor, action, target: id, result: 'ok', meta });
    });
    this.#load();
    const counter = this.counter(id);
    const level = passedLevel(counter);
    if (level !== null) this.#keepTold([{ counter, level }]);
    this.#told();
    return this.#status(counter);
  }

  /** Calls that are under way are not affected. @throws AppError `not_found`. */
  remove(id: string, actor: string): void {
    const { clock } = this.#deps;
    const vault = this.#deps.vault.opened();
    this.#tellPending();
    this.#write(vault, () => {
      if (!deleteQuotaRow(vault.db, id)) throw noSuchQuota();
      appendAudit(vault, clock, { actor, action: 'quota.remove', target: id, result: 'ok' });
    });
    this.#load();
    this.#told();
  }

  #status(counter: Counter): QuotaStatus {
    const definition = this.#definitions.get(counter.id);
    if (definition === undefined) throw noSuchQuota();
    return statusOf(counter, definition, this.#rows.get(counter.id)?.updated_at_ms ?? 0);
  }

  /** The settings changed. Levels that are passed already by then are not told of, as where a quota itself is changed. */
  #follow(): void {
    this.#tellPending();
    const changed = this.ledger.all.filter((counter) => {
      const definition = this.#definitions.get(counter.id);
      const held = definition === undefined ? counter.definition : this.inForce(definition);
      const isSame = JSON.stringify(held) === JSON.stringify(counter.definition);
      counter.definition = held;
      return !isSame;
    });
    if (changed.length === 0) return;
    const passed = changed.flatMap((counter) => {
      const level = passedLevel(counter);
      return level === null || level <= (counter.toldLevel ?? 0) ? [] : [{ counter, level }];
    });
    if (passed.length > 0) this.#keepTold(passed);
    this.#later();
  }

  #load(): void {
    const kept = new Map(this.ledger.all.map((counter) => [counter.id, counter]));
    const before = new Map(this.#rows);
    this.#rows.clear();
    this.#definitions.clear();
    const counters: Counter[] = [];
    for (const row of listQuotaRows(this.#deps.vault.opened().db)) {
      const definition = definitionOf(row);
      this.#rows.set(row.id, row);
      this.#definitions.set(row.id, definition);
      // One that did not change goes on counting: it knows what it refused.
      const known = before.get(row.id)?.document === row.document ? kept.get(row.id) : undefined;
      counters.push(known ?? new Counter(row.id, this.inForce(definition), row.created_at_ms));
    }
    this.ledger.use(counters);
    this.#isUnreadable = false;
  }

  #write(vault: OpenVault, write: () => void): void {
    this.#deps.unaffected(() => vault.write(write));
  }

  #later(): void {
    if (this.#callOff !== null || !this.#isOpen) return;
    this.#callOff = this.#deps.clock.after(TELL_MS, () => this.#tell());
  }

  /** What calls have passed is told by the levels that held for them: call it before these change. */
  #tellPending(): void {
    if (this.#callOff !== null) this.#tell();
  }

  /** Warnings that are due, kept before they are told, and that something changed. */
  #tell(): void {
    this.#callOff?.();
    this.#callOff = null;
    const due = this.ledger.all.flatMap((counter) => {
      const level = counter.definition.enabled && counter.available > 0 ? passedLevel(counter) : null;
      return level === null || level <= (counter.toldLevel ?? 0) ? [] : [{ counter, level }];
    });
    if (due.length > 0) this.#keepTold(due);
    for (const { counter, level } of due) {
      const { id, definition, used, ordinary, window } = counter;
      const resetsAt = new Date(window.endMs).toISOString();
      const { name, counts } = definition;
      const data = { id, name, percent: level, counts, used, limit: ordinary, resetsAt };
      this.#deps.emit({ event: 'quota.warning', data });
    }
    this.#deps.emit({ event: 'quotas.changed', data: {} });
  }

  #told(): void {
    this.#callOff?.();
    this.#callOff = null;
    this.#deps.emit({ event: 'quotas.changed', data: {} });
  }

  #keepTold(due: readonly { readonly counter: Counter; readonly level: number }[]): void {
    const vault = this.#deps.vault.opened();
    for (const { counter, level } of due) counter.toldLevel = level;
    try {
      this.#write(vault, () => {
        for (const { counter, level } of due) setTold(vault.db, counter.id, counter.window.startMs, level);
      });
    } catch {
      this.#deps.log.warn('quotas.warning-not-kept'); // told all the same; after a restart once more
    }
    for (const { counter, level } of due) {
      const row = this.#rows.get(counter.id);
      if (row !== undefined) {
        this.#rows.set(counter.id, { ...row, told_start_ms: counter.window.startMs, told_level: level });
      }
    }
  }
}

function noSuchQuota(): AppError {
  return new AppError('not_found', 'There is no such quota. Nothing was changed.', 'See "keyharbor quota list".');
}

/** @throws AppError `integrity_failure`. */
function definitionOf({ document }: QuotaRow): QuotaDefinition {
  let given: unknown;
  try {
    given = JSON.parse(document);
  } catch {
    given = undefined;
  }
  const parsed = quotaDefinition.safeParse(given);
  if (parsed.success) return parsed.data;
  throw unreadable();
}

function unreadable(): AppError {
  return new AppError(
    'integrity_failure',
    'A quota of this vault cannot be read. No call goes out.',
    'Put back a backup of the vault: "keyharbor doctor" says where they are.',
  );
}
