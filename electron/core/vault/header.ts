import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../../../shared/errors.ts';
import { PUT_HEADER_BACK } from '../store/damage-words.ts';
import { lengthPrefixed, u32, u64 } from './bytes.ts';
import { slotBytes, slotSchema } from './slot.ts';

/**
 * `vault.json`: what must be known before the database can be opened (SECURITY-DESIGN.md section 2.2). JSON for people
 * to look at; the MAC covers a binary encoding of the fields, never the text.
 */
export const HEADER_FORMAT = 'keyharbor-vault';
export const HEADER_VERSION = 1;
export const MAX_HEADER_BYTES = 64 * 1024;

const headerSchema = z
  .strictObject({
    format: z.literal(HEADER_FORMAT),
    version: z.literal(HEADER_VERSION),
    vaultId: z.string().regex(/^[0-9a-f]{32}$/),
    headerEpoch: z.int().min(1),
    slots: z.array(slotSchema).min(1).max(16),
    mac: z.string().regex(/^[0-9a-f]{64}$/),
  })
  .refine((header) => new Set(header.slots.map((slot) => slot.id)).size === header.slots.length);
export type Header = z.output<typeof headerSchema>;

const anyHeader = z.object({ format: z.literal(HEADER_FORMAT), version: z.int() });

/**
 * @throws AppError `integrity_failure` for a short, damaged or foreign file, `unsupported` for one of a newer Keyharbor.
 * What it returns is well-formed, not yet authentic: `verifyHeader` needs the vault's key.
 */
export function parseHeader(bytes: Buffer): Header {
  if (bytes.byteLength === 0) throw damaged('is empty');
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw damaged('is damaged or cut short');
  }
  const known = anyHeader.safeParse(json);
  if (!known.success) throw damaged('is not the header of a Keyharbor vault');
  if (known.data.version > HEADER_VERSION) {
    throw new AppError(
      'unsupported',
      'This vault was made by a newer Keyharbor. It was not opened.',
      'Update Keyharbor on this computer.',
    );
  }
  const header = headerSchema.safeParse(json);
  if (!header.success) throw damaged('is damaged: a field is missing, unknown or malformed');
  return header.data;
}

export function formatHeader(header: Header): Buffer {
  return Buffer.from(`${JSON.stringify(header, null, 2)}\n`, 'utf8');
}

export function macHeader(fields: Omit<Header, 'mac'>, key: KeyObject): Header {
  return { ...fields, mac: computeMac(fields, key).toString('hex') };
}

/** @throws AppError `integrity_failure` when any field was changed without the vault's key. */
export function verifyHeader(header: Header, key: KeyObject): void {
  if (!timingSafeEqual(computeMac(header, key), Buffer.from(header.mac, 'hex'))) {
    throw damaged('was changed outside Keyharbor');
  }
}

function computeMac(header: Omit<Header, 'mac'>, key: KeyObject): Buffer {
  const encoded = lengthPrefixed([
    'kh/header/v1',
    header.format,
    u32(header.version),
    Buffer.from(header.vaultId, 'hex'),
    u64(header.headerEpoch),
    u32(header.slots.length),
    ...header.slots.map(slotBytes),
  ]);
  return createHmac('sha256', key).update(encoded).digest();
}

function damaged(what: string): AppError {
  return new AppError(
    'integrity_failure',
    `The vault's header file, vault.json, ${what}. Nothing was opened or changed.`,
    PUT_HEADER_BACK,
  );
}
