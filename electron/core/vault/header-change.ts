import { appendAudit, type NewAuditEntry } from '../audit/audit-log.ts';
import type { Clock, Paths } from '../seams.ts';
import { onDisk } from '../store/sqlite-error.ts';
import { HEADER_FORMAT, HEADER_VERSION, type Header, macHeader } from './header.ts';
import { deriveKeyObject } from './hkdf.ts';
import { type Session, stageVault } from './session.ts';
import type { Slot } from './slot.ts';
import * as files from './vault-files.ts';

interface Where {
  readonly paths: Paths;
  readonly clock: Clock;
}

/** The first header of a new vault. @param vmk - the vault master key, kept and wiped by the caller. */
export function firstHeader(vaultId: Buffer, slots: Slot[], vmk: Buffer): Header {
  const header = {
    format: HEADER_FORMAT,
    version: HEADER_VERSION,
    vaultId: vaultId.toString('hex'),
    headerEpoch: 1,
    slots,
  } as const;
  return macHeader(header, deriveKeyObject(vmk, vaultId, 'headerMac'));
}

/** Database and header are made whole under other names first: a crash leaves a vault or none. */
export function publishVault({ paths, clock }: Where, header: Header, vmk: Buffer, actor: string): void {
  onDisk(() => {
    files.removeStaged(paths);
    try {
      const staged = stageVault({ paths, clock, header, vmk }, files.stagedFiles(paths).vaultDb);
      try {
        staged.write(() => appendAudit(staged, clock, { actor, action: 'vault.create', result: 'ok' }));
      } finally {
        staged.close();
      }
      files.stageHeader(paths, header);
      files.publish(paths);
    } catch (error) {
      files.removeStaged(paths);
      throw error;
    }
  });
}

/**
 * One atomic header replacement, with its audit entry and mirror in one transaction: if the entry cannot be written,
 * the old header stands.
 * @returns the header that stands now.
 */
export function changeHeader(
  { paths, clock }: Where,
  session: Session,
  from: Header,
  slots: readonly Slot[],
  entry: NewAuditEntry,
): Header {
  const { vaultId } = session;
  const headerEpoch = from.headerEpoch + 1;
  const header = macHeader(
    { ...from, vaultId: vaultId.toString('hex'), headerEpoch, slots: [...slots] },
    session.headerKey,
  );
  let replaced = false;
  try {
    session.write(() => {
      appendAudit(session, clock, entry);
      session.setHeaderEpoch(headerEpoch);
      files.replaceHeader(paths, header);
      replaced = true;
    });
  } catch (error) {
    if (replaced) files.restoreHeader(paths, from);
    throw error;
  }
  return header;
}
