import { wipe } from '../vault/bytes.ts';
import { type DataKeyPlace, unwrapDataKey, wrapDataKey } from '../vault/data-key.ts';
import { newDataKey, openField, recordAad, sealedGeneration, sealField } from '../vault/envelope.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import type { CredentialRow, FieldRow, VersionRow } from './rows.ts';

const TABLE = 'credential_version';

/** What the sealed fields of a version are bound to. */
export function placeOf(credential: Pick<CredentialRow, 'id' | 'provider' | 'origin'>, version: number): DataKeyPlace {
  return { table: TABLE, recordId: credential.id, version, provider: credential.provider, origin: credential.origin };
}

/** UTF-8 outside the shared pool; the caller wipes it. */
export function secretBytes(text: string): Buffer {
  const bytes = Buffer.alloc(Buffer.byteLength(text, 'utf8'));
  bytes.write(text, 'utf8');
  return bytes;
}

export interface SealedVersion {
  /** The data key, wrapped under the vault's record key. */
  readonly dataKey: Buffer;
  readonly sealed: ReadonlyMap<string, Buffer>;
}

/**
 * Seals the secret fields of one version under a fresh data key. Call it inside `vault.write`: the wrap is counted.
 * The caller keeps and wipes the plain bytes.
 */
export function sealVersion(
  vault: OpenVault,
  place: DataKeyPlace,
  secrets: ReadonlyMap<string, Buffer>,
): SealedVersion {
  const dataKey = newDataKey();
  try {
    const sealed = new Map<string, Buffer>();
    for (const [field, plain] of secrets) {
      const aad = recordAad({ ...place, vaultId: vault.vaultId, field, generation: vault.generation });
      sealed.set(field, sealField(dataKey, vault.generation, aad, plain));
    }
    return { dataKey: wrapDataKey(vault, place, dataKey), sealed };
  } finally {
    wipe(dataKey);
  }
}

/**
 * Opens the secret fields of one version; the caller wipes them.
 * @throws AppError `integrity_failure` when a field was changed or belongs elsewhere; what was opened is wiped then.
 */
export function openVersion(
  vault: OpenVault,
  place: DataKeyPlace,
  version: Pick<VersionRow, 'data_key'>,
  fields: readonly Pick<FieldRow, 'name' | 'sealed'>[],
): Map<string, Buffer> {
  const opened = new Map<string, Buffer>();
  if (version.data_key === null) return opened;
  const dataKey = unwrapDataKey(vault, place, version.data_key);
  try {
    for (const { name, sealed } of fields) {
      if (sealed === null) continue;
      const generation = sealedGeneration(sealed);
      const aad = recordAad({ ...place, vaultId: vault.vaultId, field: name, generation });
      opened.set(name, openField(dataKey, aad, sealed));
    }
    return opened;
  } catch (error) {
    wipe(...opened.values());
    throw error;
  } finally {
    wipe(dataKey);
  }
}
