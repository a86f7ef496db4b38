import type { z } from 'zod';
import type { ContractEvent } from '../../../shared/contract/handlers.ts';
import type { NoticePreferences, noticePreferenceChanges } from '../../../shared/contract/notifications.ts';
import type { WebhookEvent } from '../../../shared/notifications.ts';
import { AppError } from '../../../shared/errors.ts';
import { findCredential } from '../credentials/credential-table.ts';
import { idFromHex } from '../credentials/rows.ts';
import type { Emit } from '../events.ts';
import type { Log } from '../logs/log.ts';
import type { WayOut } from '../net/way-out.ts';
import type { Clock, Shell } from '../seams.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { Webhooks } from '../webhooks/webhooks.ts';
import { DesktopNotices } from './desktop-notices.ts';
import { expiringKeys } from './expiring-keys.ts';
import { deliveryGivenUp, type Happening, happeningsOf, type HeardEvent, isHeard, type Known } from './happening.ts';
import { Inbox } from './inbox.ts';
import { insertNotice } from './notice-table.ts';
import { changePreferences, readPreferences } from './preferences.ts';
import { pruneTold, tell } from './told-table.ts';

/** Events come from the middle of calls and transactions: what they say is written down after this, all in one. */
const WRITE_AFTER_MS = 50;
/** After a write that failed. */
const REST_MS = 60_000;
/** How often it is looked which keys are near their end. */
const LOOK_MS = 3_600_000;
/** So many are written down in one go; the rest after another moment, so that calls go on in between. */
const MAX_AT_ONCE = 200;
/** What can wait to be written. More than ever happens: a bound for memory. */
const MAX_PENDING = 20_000;
/** Windows read the inbox anew at most this often. */
const TELL_APART_MS = 1000;

export interface NotificationsDeps {
  readonly vault: { readonly state: string; opened(): OpenVault };
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
  readonly shell: Pick<Shell, 'notify'>;
  readonly emit: Emit;
  readonly onEvent: (listener: (event: ContractEvent) => void) => () => void;
  /** Whose clock times are told by, where the owner chose none for notifications (IANA). */
  readonly zone: () => string;
  /** How people know a provider; its id where it is gone. */
  readonly providerName: (id: string) => string;
  readonly isWindowLocked: () => boolean;
  readonly version: string;
  /** To the receivers of webhooks. */
  readonly way: () => WayOut;
}

/** Makes of events what the owner is told: lines of the inbox, notifications of the desktop, webhooks. */
export class Notifications {
  readonly inbox: Inbox;
  readonly webhooks: Webhooks;
  readonly #deps: NotificationsDeps;
  readonly #desktop: DesktopNotices;
  #events: { readonly event: HeardEvent; readonly atMs: number }[] = [];
  #isOverfull = false;
  #happenings: Happening[] = [];
  #callOffWrite: (() => void) | null = null;
  #callOffLook = (): void => undefined;
  #callOffTell: (() => void) | null = null;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(deps: NotificationsDeps) {
    this.#deps = deps;
    const changed = (): void => this.#changed();
    this.inbox = new Inbox({ vault: deps.vault, clock: deps.clock, changed });
    this.webhooks = new Webhooks({
      vault: deps.vault,
      clock: deps.clock,
      log: deps.log,
      version: deps.version,
      way: deps.way,
      changed,
      gaveUp: (webhook, row) => {
        const { label } = webhook;
        const id = webhook.id.toString('hex');
        this.#take(deliveryGivenUp({ id, label }, row.dead_because ?? '', deps.clock.now()));
      },
    });
    this.#desktop = new DesktopNotices({
      clock: deps.clock,
      shell: deps.shell,
      preferences: () => (deps.vault.state === 'unlocked' ? this.preferences() : null),
      zone: () => this.#zone(),
      isWindowLocked: deps.isWindowLocked,
    });
    deps.onEvent((event) => this.#hear(event));
  }

  preferences(): NoticePreferences {
    return readPreferences(this.#deps.vault.opened());
  }

  /** @throws AppError `invalid_input` for a zone that is not known. */
  setPreferences(changes: z.output<typeof noticePreferenceChanges>, actor: string): NoticePreferences {
    const after = changePreferences(this.#deps.vault.opened(), this.#deps.clock, changes, actor);
    this.#changed();
    return after;
  }

  unlocked(): void {
    try {
      this.inbox.look();
    } catch {
      this.#deps.log.warn('notifications.not-looked');
    }
    this.webhooks.unlocked();
    this.#lookAtEnds();
  }

  /** Writes what is still to be written; call it before the database closes. */
  locking(): void {
    this.webhooks.locking(); // first: what is written now is sent after the next unlock
    this.#callOffLook();
    this.#write(Number.POSITIVE_INFINITY);
    this.#callOffWrite?.();
    this.#callOffWrite = null;
    this.#events = [];
    this.#happenings = [];
    this.#callOffTell?.();
    this.#callOffTell = null;
    this.inbox.locking();
    this.#desktop.locking();
  }

  #hear(event: ContractEvent): void {
    if (!isHeard(event)) return;
    if (this.#events.length >= MAX_PENDING) {
      if (!this.#isOverfull) this.#deps.log.warn('notifications.too-many', { kind: event.event });
      this.#isOverfull = true;
      return;
    }
    this.#events.push({ event, atMs: this.#deps.clock.now() });
    this.#writeSoon(WRITE_AFTER_MS);
  }

  #take(happening: Happening): void {
    this.#happenings.push(happening);
    this.#writeSoon(WRITE_AFTER_MS);
  }

  #writeSoon(ms: number): void {
    this.#callOffWrite ??= this.#deps.clock.after(ms, () => {
      this.#callOffWrite = null;
      this.#write();
    });
  }

  #lookAtEnds(): void {
    this.#callOffLook = this.#deps.clock.after(LOOK_MS, () => this.#lookAtEnds());
    try {
      const vault = this.#deps.vault.opened();
      const happenings = expiringKeys(vault.db, this.#deps.clock.now(), this.#known(vault));
      for (const happening of happenings) this.#take(happening);
    } catch {
      this.#deps.log.warn('notifications.ends-not-looked-at');
    }
  }

  /** Line, memory of having told it, and queue in one transaction: told is told everywhere, or nowhere. */
  #write(atMost = MAX_AT_ONCE): void {
    if (this.#events.length === 0 && this.#happenings.length === 0) return;
    const events = this.#events.slice(0, atMost);
    const { vault, log } = this.#deps;
    let told: Happening[];
    try {
      const opened = vault.opened();
      const known = this.#known(opened);
      const happenings = [...events.flatMap((one) => this.#read(one, known)), ...this.#happenings];
      told = opened.write(() => this.#writeAll(opened, happenings));
    } catch (error) {
      const code = error instanceof AppError ? error.code : 'internal';
      log.warn('notifications.not-written', { code });
      // Written by a newer Keyharbor: there is nothing to wait for.
      if (code === 'unsupported') this.#forget();
      else if (vault.state === 'unlocked') this.#writeSoon(REST_MS);
      return;
    }
    this.#events = this.#events.slice(events.length);
    this.#isOverfull = false;
    this.#happenings = [];
    if (this.#events.length > 0) this.#writeSoon(WRITE_AFTER_MS);
    if (told.length === 0) return;
    this.#desktop.tell(told.filter(({ seen }) => seen !== true));
    this.#changed();
    this.webhooks.wake();
  }

  /** One that cannot be read is left out: the others must not wait behind it for ever. */
  #read({ event, atMs }: { readonly event: HeardEvent; readonly atMs: number }, known: Known): Happening[] {
    try {
      return happeningsOf(event, atMs, known);
    } catch {
      this.#deps.log.warn('notifications.not-read', { kind: event.event });
      return [];
    }
  }

  #forget(): void {
    this.#events = [];
    this.#happenings = [];
  }

  #writeAll(opened: OpenVault, happenings: readonly Happening[]): Happening[] {
    const nowMs = this.#deps.clock.now();
    const told: Happening[] = [];
    const add = (happening: Happening): boolean => {
      const { keys, notice, atMs } = happening;
      // All of them are noted, also where the first is new already.
      if (!keys.map((key) => tell(opened.db, key, nowMs)).includes(true)) return false;
      insertNotice(opened.db, notice, atMs, happening.seen === true ? nowMs : null);
      told.push(happening);
      return true;
    };
    let isAnyFull = false;
    for (const happening of happenings) {
      const { notice, data, atMs } = happening;
      if (!add(happening) || data === null) continue;
      for (const { id, label } of this.webhooks.enqueue(opened, notice.kind as WebhookEvent, atMs, data)) {
        isAnyFull = true;
        add(deliveryGivenUp({ id: id.toString('hex'), label }, 'queue-full', nowMs));
      }
    }
    if (isAnyFull) this.webhooks.prune(opened);
    pruneTold(opened.db);
    return told;
  }

  #changed(): void {
    const { clock, emit } = this.#deps;
    const leftMs = this.#toldAt + TELL_APART_MS - clock.monotonic();
    const say = (): void => {
      this.#callOffTell = null;
      this.#toldAt = clock.monotonic();
      emit({ event: 'notifications.changed', data: {} });
    };
    if (leftMs <= 0) say();
    else this.#callOffTell ??= clock.after(leftMs, say);
  }

  #known(vault: OpenVault): Known {
    return {
      zone: this.#zone(),
      providerName: this.#deps.providerName,
      nameOf: (id) => {
        const row = findCredential(vault.db, idFromHex(id));
        return row === undefined ? null : `${row.provider}/${row.label}`;
      },
    };
  }

  #zone(): string {
    return this.preferences().zone ?? this.#deps.zone();
  }
}
