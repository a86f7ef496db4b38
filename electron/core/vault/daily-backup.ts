import { AppError } from '../../../shared/errors.ts';
import type { Clock, Paths } from '../seams.ts';
import { newestBackupMs } from '../store/backup.ts';
import type { Guarded } from './guarded.ts';
import type { Header } from './header.ts';
import type { Session } from './session.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const DELAY_MS = 1000;
const CHECK_MS = 60 * 60 * 1000;
const FIRST_CHECK_MS = 60 * 1000;

export interface DailyBackupDeps {
  readonly paths: Paths;
  readonly clock: Clock;
  readonly guarded: Guarded;
  readonly opened: () => { readonly session: Session; readonly header: Header };
  /** One was made, or could not be. */
  readonly tried: () => void;
}

/**
 * After unlock, and while the vault stays open: a verified copy when the newest is older than a day. Hourly; each minute
 * until there is a first one, which waits for the first credential: a copy of an empty vault would be no backup of it.
 */
export class DailyBackup {
  readonly #deps: DailyBackupDeps;
  #callOff: () => void = () => undefined;
  #problem: string | null = null;

  constructor(deps: DailyBackupDeps) {
    this.#deps = deps;
  }

  /** Why the last try failed, for the owner; null where it did not. The copy reads every page: damage shows here first. */
  get problem(): string | null {
    return this.#problem;
  }

  start(): void {
    this.#schedule(DELAY_MS);
  }

  stop(): void {
    this.#callOff();
    this.#problem = null;
  }

  #schedule(afterMs: number): void {
    this.#callOff();
    this.#callOff = this.#deps.clock.after(afterMs, () => this.#schedule(this.#look()));
  }

  /** @returns how long to wait for the next look. */
  #look(): number {
    const { paths, clock, guarded } = this.#deps;
    const { session, header } = this.#deps.opened();
    let waitsForFirst = false;
    let tried = false;
    guarded('backup', () => {
      try {
        const newest = newestBackupMs(paths.backups, 'daily');
        const due = newest === null || clock.now() - newest >= DAY_MS || newest > clock.now();
        waitsForFirst = newest === null && session.db.prepare('SELECT 1 FROM credential').get() === undefined;
        if (!due || waitsForFirst || session.readOnly) return;
        tried = true;
        session.backUp(paths, clock, 'daily', header);
        this.#problem = null;
      } catch (error) {
        tried = true;
        const why = error instanceof AppError ? ` ${error.message} ${error.hint}` : '';
        this.#problem = `The daily backup could not be made; the older ones stand.${why}`;
        throw error;
      }
    });
    if (tried) this.#deps.tried();
    return waitsForFirst ? FIRST_CHECK_MS : CHECK_MS;
  }
}
