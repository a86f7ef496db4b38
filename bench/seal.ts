import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Bench } from 'tinybench';
import { newDataKey, openField, recordAad, sealField } from '../electron/core/vault/envelope.ts';

/**
 * One seal and one open of a 100-byte field with its AAD built anew, as each use does, beside the bare AES-256-GCM of
 * node:crypto with the same bytes. In one process, in turns; about 4 s.
 */
const FIELD = Buffer.alloc(100, 'k');
const GENERATION = 1;

export interface SealFigures {
  readonly sealUs: number;
  readonly openUs: number;
  readonly bareSealUs: number;
  readonly bareOpenUs: number;
}

export async function measureSeal(): Promise<SealFigures> {
  const key = createSecretKey(newDataKey());
  const vaultId = randomBytes(16);
  const recordId = randomBytes(16);
  const place = { vaultId, table: 'credential_version', recordId, field: 'api_key', version: 1, provider: 'openai' };
  const aad = () => recordAad({ ...place, origin: '', generation: GENERATION });
  const sealed = sealField(key, GENERATION, aad(), FIELD);
  const bareAad = aad();
  const bareSeal = () => {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 }).setAAD(bareAad);
    return Buffer.concat([nonce, cipher.update(FIELD), cipher.final(), cipher.getAuthTag()]);
  };
  const bare = bareSeal();
  const bench = new Bench({ time: 800, warmupTime: 200 })
    .add('seal', () => void sealField(key, GENERATION, aad(), FIELD))
    .add('bare seal', () => void bareSeal())
    .add('open', () => void openField(key, aad(), sealed))
    .add('bare open', () => {
      const decipher = createDecipheriv('aes-256-gcm', key, bare.subarray(0, 12), { authTagLength: 16 });
      decipher.setAAD(bareAad).setAuthTag(bare.subarray(-16));
      decipher.update(bare.subarray(12, -16));
      decipher.final();
    });
  await bench.run();
  const us = (name: string): number => {
    const { result } = bench.getTask(name) ?? {};
    return result !== undefined && 'latency' in result ? result.latency.p50 * 1000 : Number.NaN;
  };
  return { sealUs: us('seal'), openUs: us('open'), bareSealUs: us('bare seal'), bareOpenUs: us('bare open') };
}

export function formatSeal(figures: SealFigures): string {
  const line = (name: string, own: number, bare: number): string =>
    `  ${name.padEnd(20)}${own.toFixed(1).padStart(8)} us  ${(own / bare).toFixed(2).padStart(6)} x bare AES-256-GCM (${bare.toFixed(1)} us)`;
  return [
    'a field of 100 bytes',
    line('seal', figures.sealUs, figures.bareSealUs),
    line('open', figures.openUs, figures.bareOpenUs),
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(formatSeal(await measureSeal()));
