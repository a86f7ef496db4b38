import { performance } from 'node:perf_hooks';
import type { exportPiece } from '../../../../shared/contract/usage-records.ts';
import type { z } from 'zod';
import type { Clock } from '../../seams.ts';
import { downloadsFolder, type NewFile, newFile } from '../../store/new-file.ts';

/** One call writes for about so long, so that a window can show how far it is, and stop it. */
const SLICE_MS = 200;
const IDLE_MS = 60_000;

export interface SavedExportsDeps {
  readonly exports: {
    next(id: string, owner: string): Promise<z.output<typeof exportPiece>>;
    fileName(id: string, owner: string): string;
    cancel(id: string, owner: string): void;
  };
  readonly clock: Pick<Clock, 'after'>;
  readonly env: NodeJS.ProcessEnv;
}

export interface SavedSoFar {
  readonly rows: number;
  readonly done: boolean;
  readonly fileName: string;
  readonly folder: string;
}

interface Link {
  /** The page that the export belongs to. */
  readonly connection: string;
  readonly onClosed: (act: () => void) => () => void;
}

interface Saving {
  readonly file: NewFile;
  readonly folder: string;
  readonly owner: string;
  callOff: () => void;
}

/**
 * Exports that go into a file of the folder for downloads: a page may neither hold millions of rows nor save anything. The
 * name is ours, never the page's. What is not written to its end is taken away again.
 */
export class SavedExports {
  readonly #deps: SavedExportsDeps;
  readonly #saving = new Map<string, Saving>();

  constructor(deps: SavedExportsDeps) {
    this.#deps = deps;
  }

  /**
   * Writes on. @param id - of an export that `owner` has begun.
   * @throws AppError `not_found` where it is over, `internal` where the disk refuses.
   */
  async more(id: string, { connection: owner, onClosed }: Link): Promise<SavedSoFar> {
    const saving = this.#savingOf(id, owner, onClosed);
    const { exports } = this.#deps;
    saving.callOff();
    const end = performance.now() + SLICE_MS;
    try {
      for (;;) {
        const { encoding, data, rows, done } = await exports.next(id, owner);
        saving.file.write(Buffer.from(data, encoding));
        if (done) {
          saving.file.finish();
          this.#saving.delete(id);
        } else if (performance.now() < end) continue;
        else saving.callOff = this.#deps.clock.after(IDLE_MS, () => this.discard(id, owner));
        return { rows, done, fileName: saving.file.name, folder: saving.folder };
      }
    } catch (error) {
      exports.cancel(id, owner);
      this.discard(id, owner);
      throw error;
    }
  }

  /** Takes away what was written of an export that is not at its end. */
  discard(id: string, owner: string): void {
    const saving = this.#saving.get(id);
    if (saving?.owner !== owner) return;
    this.#saving.delete(id);
    saving.callOff();
    saving.file.discard();
  }

  locking(): void {
    for (const [id, { owner }] of [...this.#saving]) this.discard(id, owner);
  }

  #savingOf(id: string, owner: string, onClosed: Link['onClosed']): Saving {
    const present = this.#saving.get(id);
    if (present?.owner === owner) return present;
    const name = this.#deps.exports.fileName(id, owner);
    const folder = downloadsFolder(this.#deps.env);
    const saving: Saving = { file: newFile(folder, name), folder, owner, callOff: () => undefined };
    this.#saving.set(id, saving);
    onClosed(() => this.discard(id, owner));
    return saving;
  }
}
