import { openVersion, sealVersion, secretBytes } from '../credentials/sealing.ts';
import { wipe } from '../vault/bytes.ts';
import type { DataKeyPlace } from '../vault/data-key.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import type { SecretRow, WebhookRow } from './webhook-table.ts';

/** Whom a sealed address or secret belongs to: it opens for this webhook, this host and this reach only. */
type Owner = Pick<WebhookRow, 'id' | 'origin' | 'local'>;

const URL_FIELD = 'url';
const SECRET_FIELD = 'secret';

/** The AAD's provider says whether a local address was allowed: turning a row's flag does not widen where it goes. */
function place(table: 'webhook' | 'webhook_secret', of: Owner, version: number): DataKeyPlace {
  return { table, recordId: of.id, version, provider: of.local === 1 ? 'local' : 'public', origin: of.origin };
}

/** Seals the whole address. Call it inside `vault.write`. */
export function sealUrl(
  vault: OpenVault,
  of: Owner,
  version: number,
  href: string,
): Pick<WebhookRow, 'url_version' | 'url_data_key' | 'sealed_url'> {
  const plain = secretBytes(href);
  try {
    const { dataKey, sealed } = sealVersion(vault, place('webhook', of, version), new Map([[URL_FIELD, plain]]));
    return { url_version: version, url_data_key: dataKey, sealed_url: only(sealed.get(URL_FIELD)) };
  } finally {
    wipe(plain);
  }
}

/** @throws AppError `integrity_failure`. */
export function openUrl(vault: OpenVault, row: WebhookRow): string {
  const fields = [{ name: URL_FIELD, sealed: row.sealed_url }];
  const opened = openVersion(vault, place('webhook', row, row.url_version), { data_key: row.url_data_key }, fields);
  const plain = only(opened.get(URL_FIELD));
  try {
    return plain.toString('utf8');
  } finally {
    wipe(plain);
  }
}

/** Seals a secret, whose bytes the caller wipes. Call it inside `vault.write`. */
export function sealSecret(
  vault: OpenVault,
  of: Owner,
  version: number,
  secret: Buffer,
): Pick<SecretRow, 'version' | 'data_key' | 'sealed'> {
  const given = new Map([[SECRET_FIELD, secret]]);
  const { dataKey, sealed } = sealVersion(vault, place('webhook_secret', of, version), given);
  return { version, data_key: dataKey, sealed: only(sealed.get(SECRET_FIELD)) };
}

/** The secret's bytes, which the caller wipes. @throws AppError `integrity_failure`. */
export function openSecret(vault: OpenVault, of: Owner, row: SecretRow): Buffer {
  const fields = [{ name: SECRET_FIELD, sealed: row.sealed }];
  const at = place('webhook_secret', of, row.version);
  return only(openVersion(vault, at, { data_key: row.data_key }, fields).get(SECRET_FIELD));
}

function only(bytes: Buffer | undefined): Buffer {
  if (bytes === undefined) throw new Error('a sealed field is missing');
  return bytes;
}
