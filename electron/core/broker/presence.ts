import type { Clock, Shell } from '../seams.ts';

/** Whether a question can be put to a person now. A locked window has nobody in front of it. */
export type Askable = 'somebody' | 'nobody' | 'window-locked';

const TELL_AGAIN_MS = 60_000;

export interface PresenceDeps {
  readonly clock: Clock;
  readonly shell: Pick<Shell, 'approvals' | 'notify'>;
  readonly isWindowLocked: () => boolean;
}

/** Who is there to be asked: the window's panel, or terminals that wait for questions (`keyharbor approve`). */
export class Presence {
  readonly #deps: PresenceDeps;
  /** Connections that a person answers on. Counted only where no window asks. */
  readonly #approvers = new Set<string>();
  #toldLockedMs = Number.NEGATIVE_INFINITY;

  constructor(deps: PresenceDeps) {
    this.#deps = deps;
  }

  /**
   * A person sits at this connection: from now on questions are put to it.
   * @param onClosed - registers what happens when the connection ends. @param lastLeft - nobody else is there then.
   */
  approverCame(connection: string, onClosed: (act: () => void) => void, lastLeft: () => void): void {
    if (this.#deps.shell.approvals !== null || this.#approvers.has(connection)) return;
    this.#approvers.add(connection);
    onClosed(() => {
      this.#approvers.delete(connection);
      if (this.#approvers.size === 0) lastLeft();
    });
  }

  askable(): Askable {
    const { shell, isWindowLocked } = this.#deps;
    if (isWindowLocked()) return 'window-locked';
    return shell.approvals !== null || this.#approvers.size > 0 ? 'somebody' : 'nobody';
  }

  /**
   * Why nobody could be asked, for the denial. Behind a locked window it is said on the screen as well, for anybody who
   * may sit there: neither who asked nor for what, and once a minute at most.
   */
  whyNobody(askable: Askable): 'nobody-there' | 'window-locked' {
    if (askable !== 'window-locked') return 'nobody-there';
    const { clock, shell } = this.#deps;
    const nowMs = clock.monotonic();
    if (nowMs >= this.#toldLockedMs + TELL_AGAIN_MS) {
      this.#toldLockedMs = nowMs;
      shell.notify('Keyharbor is locked', 'A program asked for access and was refused. Unlock to be asked.');
    }
    return 'window-locked';
  }
}
