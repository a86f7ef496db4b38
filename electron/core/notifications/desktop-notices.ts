import type { NoticePreferences } from '../../../shared/contract/notifications.ts';
import type { Clock, Shell } from '../seams.ts';
import type { Happening } from './happening.ts';
import { isQuiet } from './quiet-hours.ts';

/** What comes closer together is told as one. */
const APART_MS = 30_000;

type Told = Pick<Happening, 'notice' | 'plain'>;

export interface DesktopNoticesDeps {
  readonly clock: Clock;
  readonly shell: Pick<Shell, 'notify'>;
  /** null: the vault is locked, and there is nothing to tell. */
  readonly preferences: () => NoticePreferences | null;
  readonly zone: () => string;
  readonly isWindowLocked: () => boolean;
}

/**
 * What of the inbox comes up on the desktop. It may come up over a locked screen, or stay there when the screen locks, so
 * neither names nor amounts stand in it unless the owner wants them, and never behind a locked window.
 */
export class DesktopNotices {
  readonly #deps: DesktopNoticesDeps;
  #waiting: Told[] = [];
  #quietUntil = Number.NEGATIVE_INFINITY;
  #callOff: (() => void) | null = null;

  constructor(deps: DesktopNoticesDeps) {
    this.#deps = deps;
  }

  tell(told: readonly Told[]): void {
    const { clock } = this.#deps;
    const wanted = this.#wanted();
    if (wanted === null) return;
    this.#waiting.push(...told.filter(({ notice: { kind } }) => wanted.desktop.includes(kind)));
    const leftMs = this.#quietUntil - clock.monotonic();
    if (leftMs <= 0) this.#show();
    else this.#callOff ??= clock.after(leftMs, () => this.#show());
  }

  /** A lock: what was not told yet is in the inbox. */
  locking(): void {
    this.#callOff?.();
    this.#callOff = null;
    this.#waiting = [];
  }

  #show(): void {
    const { clock, shell, isWindowLocked } = this.#deps;
    const wanted = this.#wanted();
    this.#callOff = null;
    const [first, ...more] = this.#waiting;
    this.#waiting = [];
    if (first === undefined || wanted === null) return;
    this.#quietUntil = clock.monotonic() + APART_MS;
    const named = wanted.desktopDetails && !isWindowLocked();
    if (more.length > 0)
      shell.notify('Keyharbor', `${more.length + 1} things need a look. Open Keyharbor to see them.`);
    else if (named) shell.notify('Keyharbor', first.notice.title);
    else shell.notify('Keyharbor', `${first.plain} Open Keyharbor to see more.`);
  }

  /** null: nothing comes up now. Asked again when what waited is shown: the quiet hours may have begun meanwhile. */
  #wanted(): NoticePreferences | null {
    const { clock, preferences, zone } = this.#deps;
    const wanted = preferences();
    return wanted === null || isQuiet(clock.now(), wanted.quietHours, zone()) ? null : wanted;
  }
}
