import { AppError } from '../../../shared/errors.ts';
import { recordPending } from '../audit/pending.ts';
import { appendAudit } from '../audit/audit-log.ts';
import type { Clock, Paths } from '../seams.ts';
import { readSmallFile } from '../store/atomic-file.ts';
import { backupFolder, listBackups, type VaultBackup } from '../store/backup.ts';
import { putBack } from '../store/put-back.ts';
import { wipe } from './bytes.ts';
import type { Guarded } from './guarded.ts';
import { type Header, MAX_HEADER_BYTES, parseHeader, verifyHeader } from './header.ts';
import { deriveKeyObject } from './hkdf.ts';
import { parseRecoveryCode } from './recovery-code.ts';
import type { Secret } from './secret.ts';
import { assertWhole } from './session.ts';
import type { UnlockAttempts } from './unlock-attempts.ts';
import { readHeader } from './vault-files.ts';
import type { VaultMachine } from './vault-machine.ts';

interface BackupActsDeps {
  readonly paths: Paths;
  readonly clock: Clock;
  readonly machine: VaultMachine;
  readonly attempts: UnlockAttempts;
  readonly guarded: Guarded;
}

export interface PutBack {
  readonly replaced: string;
  readonly headerOnly: boolean;
}

/** Copies of the whole vault: which there are, one more now, and putting one back (SECURITY-DESIGN.md section 4). */
export class BackupActs {
  readonly #deps: BackupActsDeps;

  constructor(deps: BackupActsDeps) {
    this.#deps = deps;
  }

  list(): VaultBackup[] {
    return listBackups(this.#deps.paths.backups);
  }

  /** @returns its name. @throws AppError where it could not be made or does not verify; the older ones stand. */
  make(actor: string): Promise<string> {
    const { machine, paths, clock } = this.#deps;
    return machine.inTurn(() => {
      const { session, header } = machine.mustBeOpen();
      session.write(() => appendAudit(session, clock, { actor, action: 'vault.backUp', result: 'ok' }));
      return Promise.resolve(session.backUp(paths, clock, 'made', header));
    });
  }

  /**
   * Puts a backup in the place of the vault, which is kept beside the backups as it was and stays locked. First the copy
   * is opened and checked as a whole, with the password, or the recovery code, of that day.
   * Where only the header here is damaged and that of the backup fits the database, the database stays: nothing is lost.
   * @returns the folder in `backups` where what stood here is now.
   * @throws AppError `not_found`; `conflict` while the vault is open; those of unlock.
   */
  restore(name: string, passwordOrCode: string, actor: string): Promise<PutBack> {
    const { machine, paths, clock, guarded } = this.#deps;
    return machine.inTurn(async (goOn) => {
      const folder = backupFolder(paths.backups, name);
      if (folder === null) {
        throw new AppError('not_found', 'There is no such backup. Nothing was changed.', 'See: keyharbor backup');
      }
      if (machine.session !== null) {
        throw new AppError(
          'conflict',
          'The vault is open. Nothing was changed.',
          'Lock it first (keyharbor lock), then put the backup back.',
        );
      }
      const header = parseHeader(readSmallFile(folder.header, MAX_HEADER_BYTES) ?? Buffer.alloc(0));
      const vmk = await this.#keyOf(passwordOrCode, header, actor);
      try {
        goOn();
        const headerOnly = !isHeaderSound(paths, vmk) && isWhole(header, paths.vaultDb, vmk);
        const from = { paths, clock, ...folder, headerOnly };
        const replaced = putBack(from, (file) => assertWhole(header, file, vmk));
        guarded('pending-audit', () => recordPending(paths, clock, 'vault.restored'));
        return { replaced, headerOnly };
      } finally {
        wipe(vmk);
      }
    });
  }

  async #keyOf(text: string, header: Header, actor: string): Promise<Buffer> {
    const { attempts } = this.#deps;
    using code = asCode(text);
    return code === null
      ? await attempts.withPassword(text, header, 'vault.restore', actor)
      : attempts.withCode(code, header, actor);
  }
}

/** A byte in a slot that is another one reads well and makes every password a wrong one: only the MAC tells. */
function isHeaderSound(paths: Paths, vmk: Buffer): boolean {
  try {
    const header = readHeader(paths);
    verifyHeader(header, deriveKeyObject(vmk, Buffer.from(header.vaultId, 'hex'), 'headerMac'));
    return true;
  } catch {
    return false;
  }
}

function isWhole(header: Header, file: string, vmk: Buffer): boolean {
  try {
    assertWhole(header, file, vmk);
    return true;
  } catch {
    return false;
  }
}

/** null: it is none. Its checksum tells a code from nearly every password, and no password is so long by chance. */
function asCode(text: string): Secret | null {
  try {
    return parseRecoveryCode(text);
  } catch {
    return null;
  }
}
