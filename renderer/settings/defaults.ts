import type { AppSettings, VaultSettings } from '../../shared/contract/schemas.ts';
import { QUOTA_DEFAULTS } from '../../shared/quota-defaults.ts';

/** What each setting is when nobody touched it, and how far a number may go (shared/contract/schemas.ts). */
export const APP_DEFAULTS = {
  theme: 'system',
  density: 'comfortable',
  language: 'system',
} as const satisfies Partial<AppSettings>;

export type TextName = 'proxyOutbound' | 'proxyCaCertificates' | 'reportingZone';
export type NumberName = Exclude<
  keyof VaultSettings,
  SwitchName | TextName | 'askTerminals' | 'quotaWarnAt' | 'quotaSlowCurve'
>;
export const VAULT_SWITCHES = {
  dailyCheck: false,
  vaultKv: false,
  firstSteps: true,
  askForUsage: true,
  proxyHttp2: true,
} as const satisfies Partial<VaultSettings>;
export type SwitchName = keyof typeof VAULT_SWITCHES;
export const DEFAULT_ASK_TERMINALS: VaultSettings['askTerminals'] = 'with-window';

export const VAULT_NUMBERS = {
  autoLockMinutes: { byDefault: 10, min: 1, max: 480 },
  clipboardSeconds: { byDefault: 30, min: 10, max: 300 },
  checkFailuresBeforeCooldown: { byDefault: 3, min: 1, max: 10 },
  checkCooldownMinutes: { byDefault: 15, min: 1, max: 240 },
  workBehindLockHours: { byDefault: 0, min: 0, max: 8 },
  usageRecordDays: { byDefault: 90, min: 0, max: 3650 },
  quotaSlowFromPercent: { byDefault: QUOTA_DEFAULTS.throttle.fromPercent, min: 1, max: 99 },
  quotaSlowMaxSeconds: { byDefault: QUOTA_DEFAULTS.throttle.maxDelayMs / 1000, min: 1, max: 60 },
  proxyConnectSeconds: { byDefault: 10, min: 1, max: 60 },
  proxyFirstByteSeconds: { byDefault: 600, min: 10, max: 3600 },
  proxyIdleSeconds: { byDefault: 300, min: 10, max: 3600 },
  proxyMaxBodyMiB: { byDefault: 0, min: 0, max: 9999 },
} as const satisfies Record<NumberName, { byDefault: number; min: number; max: number }>;

export const DEFAULT_PORT = 7717;

/** A whole number in range, or null. */
export function parseWhole(text: string, { min, max }: { readonly min: number; readonly max: number }): number | null {
  const value = Number(text.trim());
  return /^\d+$/.test(text.trim()) && value >= min && value <= max ? value : null;
}

/** Whether a setting's texts hold every word that was typed. */
export function matchesSearch(query: string, ...texts: readonly string[]): boolean {
  const text = texts.join('\n').toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
