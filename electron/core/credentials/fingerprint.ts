import { createHmac } from 'node:crypto';
import type { OpenVault } from '../vault/open-vault.ts';

const SHOWN = 16;

/** Keyed hash of a secret (SECURITY-DESIGN.md section 2.1): equal keys are recognised, nothing is revealed. */
export function fingerprintOf(vault: OpenVault, secret: Buffer): string {
  return createHmac('sha256', vault.keys.index).update(secret).digest('hex').slice(0, SHOWN);
}
