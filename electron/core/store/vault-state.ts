import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import type Database from 'better-sqlite3';
import { z } from 'zod';
import { AppError } from '../../../shared/errors.ts';
import { lengthPrefixed, u64 } from '../vault/bytes.ts';
import { PUT_BACK } from './damage-words.ts';

/**
 * The one row of `vault_state`: epoch (raised by every write), mirror of the header's epoch, head of the audit log, and
 * a MAC over them under K_state (SECURITY-DESIGN.md sections 4 and 5).
 */
const stateRow = z.object({
  epoch: z.int(),
  header_epoch: z.int(),
  record_wraps: z.int(),
  audit_seq: z.int(),
  audit_mac: z.instanceof(Buffer),
  mac: z.instanceof(Buffer),
});
type StateRow = z.output<typeof stateRow>;

export interface StateKey {
  readonly vaultId: Buffer;
  readonly key: KeyObject;
}

export function initState(db: Database.Database, given: StateKey, headerEpoch: number): void {
  const row = { epoch: 1, header_epoch: headerEpoch, record_wraps: 0, audit_seq: 0, audit_mac: Buffer.alloc(32) };
  db.prepare(
    `INSERT INTO vault_state (id, epoch, header_epoch, record_wraps, audit_seq, audit_mac, mac)
     VALUES (1, :epoch, :header_epoch, :record_wraps, :audit_seq, :audit_mac, :mac)`,
  ).run({ ...row, mac: macOf(given, row) });
}

/** @throws AppError `integrity_failure` when the row is missing or was changed without the key. */
export function verifiedState(db: Database.Database, given: StateKey): StateRow {
  const row = readRow(db);
  if (row === null || !timingSafeEqual(macOf(given, row), row.mac)) {
    throw new AppError(
      'integrity_failure',
      'The state row of the vault database does not verify. Nothing was changed.',
      PUT_BACK,
    );
  }
  return row;
}

/** To be called last in each write transaction. */
export function sealState(db: Database.Database, given: StateKey): void {
  const row = readRow(db);
  if (row === null) throw new Error('the state row is missing');
  const epoch = row.epoch + 1;
  db.prepare('UPDATE vault_state SET epoch = ?, mac = ?').run(epoch, macOf(given, { ...row, epoch }));
}

export function mirroredHeaderEpoch(db: Database.Database): unknown {
  return db.prepare('SELECT header_epoch FROM vault_state').pluck().get();
}

export function setHeaderEpoch(db: Database.Database, headerEpoch: number): void {
  db.prepare('UPDATE vault_state SET header_epoch = ?').run(headerEpoch);
}

function readRow(db: Database.Database): StateRow | null {
  const parsed = stateRow.safeParse(db.prepare('SELECT * FROM vault_state WHERE id = 1').get());
  return parsed.success && parsed.data.mac.byteLength === 32 ? parsed.data : null;
}

function macOf(given: StateKey, row: Omit<StateRow, 'mac'>): Buffer {
  const encoded = lengthPrefixed([
    'kh/state/v1',
    given.vaultId,
    u64(row.epoch),
    u64(row.header_epoch),
    u64(row.record_wraps),
    u64(row.audit_seq),
    row.audit_mac,
  ]);
  return createHmac('sha256', given.key).update(encoded).digest();
}
