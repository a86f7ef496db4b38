import type { Output, ParsedInput } from '../../../shared/contract/methods.ts';
import type { NoticeCounts } from '../../../shared/contract/notifications.ts';
import { AppError } from '../../../shared/errors.ts';
import type { Clock } from '../seams.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import {
  countNotices,
  dismissNotice,
  hasNotice,
  listNotices,
  markNotice,
  nextWakingMs,
  noticeIds,
  snoozeNotice,
} from './notice-table.ts';

/** The longest timer: a computer that slept finds out what came back. */
const LOOK_MS = 3_600_000;

export interface InboxDeps {
  readonly vault: { opened(): OpenVault };
  readonly clock: Clock;
  readonly changed: () => void;
}

/** The lines that the owner has not dismissed. */
export class Inbox {
  readonly #deps: InboxDeps;
  #callOff = (): void => undefined;

  constructor(deps: InboxDeps) {
    this.#deps = deps;
  }

  list({ view }: ParsedInput<'notifications.list'>): Output<'notifications.list'> {
    return { notices: listNotices(this.#db, view, this.#now), counts: this.counts() };
  }

  counts(): NoticeCounts {
    const count = (view: 'unread' | 'inbox' | 'snoozed'): number => countNotices(this.#db, view, this.#now);
    return { unread: count('unread'), inbox: count('inbox'), snoozed: count('snoozed') };
  }

  mark({ ids, read }: ParsedInput<'notifications.mark'>): NoticeCounts {
    const nowMs = this.#now;
    return this.#change(ids, (vault, id) => markNotice(vault.db, id, read ? nowMs : null));
  }

  /** @throws AppError `invalid_input` for a time that is over. */
  snooze({ ids, until }: ParsedInput<'notifications.snooze'>): NoticeCounts {
    const untilMs = until === null ? null : Date.parse(until);
    if (untilMs !== null && untilMs <= this.#now) {
      throw new AppError('invalid_input', 'This time is over. Nothing was changed.', 'Give one that is still to come.');
    }
    const counts = this.#change(ids, (vault, id) => snoozeNotice(vault.db, id, untilMs));
    this.look();
    return counts;
  }

  dismiss({ ids }: ParsedInput<'notifications.dismiss'>): NoticeCounts {
    const nowMs = this.#now;
    return this.#change(ids, (vault, id) => dismissNotice(vault.db, id, nowMs));
  }

  /** Tells when a snoozed line is back. */
  look(): void {
    this.#callOff();
    const nowMs = this.#now;
    const nextMs = nextWakingMs(this.#db, nowMs);
    if (nextMs === null) return;
    this.#callOff = this.#deps.clock.after(Math.min(LOOK_MS, nextMs - nowMs), () => {
      this.look();
      this.#deps.changed();
    });
  }

  locking(): void {
    this.#callOff();
  }

  /** @param ids - null: all that are in the inbox. @throws AppError `not_found`: then none is changed. */
  #change(ids: readonly number[] | null, act: (vault: OpenVault, id: number) => void): NoticeCounts {
    const vault = this.#deps.vault.opened();
    const wanted = ids ?? noticeIds(vault.db, 'inbox', this.#now);
    if (wanted.length > 0) {
      vault.write(() => {
        for (const id of wanted) {
          if (!hasNotice(vault.db, id)) {
            throw new AppError('not_found', 'There is no such line. Nothing was changed.', 'See "keyharbor inbox".');
          }
          act(vault, id);
        }
      });
      this.#deps.changed();
    }
    return this.counts();
  }

  get #db() {
    return this.#deps.vault.opened().db;
  }

  get #now(): number {
    return this.#deps.clock.now();
  }
}
