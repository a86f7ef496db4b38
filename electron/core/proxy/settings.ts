import type { VaultSettings } from '../../../shared/contract/schemas.ts';
import type { EventHub } from '../events.ts';

/** What the owner may set about the way to the providers. Times in milliseconds. */
export interface ProxySettings {
  readonly connectMs: number;
  /** From the request's end to the answer's head. */
  readonly firstByteMs: number;
  /** Between two pieces of an answer. */
  readonly idleMs: number;
  /** Of a request body; 0: no limit. */
  readonly maxBodyBytes: number;
  /** Offered to servers on TLS connections. */
  readonly http2: boolean;
  /** `http://host:port` or https, or empty. Names are then resolved there: only the literal host can be checked here. */
  readonly outboundProxy: string;
  /** PEM of certificates that are trusted besides the well-known ones, or empty. */
  readonly caCertificates: string;
}

/** SECURITY-DESIGN.md section 7.1. */
export const PROXY_DEFAULTS: ProxySettings = {
  connectMs: 10_000,
  firstByteMs: 600_000,
  idleMs: 300_000,
  maxBodyBytes: 0,
  http2: true,
  outboundProxy: '',
  caCertificates: '',
};

const MIB = 1024 * 1024;

/**
 * The owner's settings as the proxy wants them: read from the vault when first asked for, and again when they changed.
 * @returns the same object as long as they stay as they are. Not to be asked while the vault is locked.
 */
export function proxySettingsOf(vaultSettings: () => VaultSettings, onEvent: EventHub['onEvent']): () => ProxySettings {
  let known: ProxySettings | null = null;
  onEvent(({ event }) => {
    if (event === 'settings.changed' || event === 'vault.unlocked') known = null;
  });
  return () => {
    known ??= fromVault(vaultSettings());
    return known;
  };
}

function fromVault(settings: VaultSettings): ProxySettings {
  return {
    connectMs: settings.proxyConnectSeconds * 1000,
    firstByteMs: settings.proxyFirstByteSeconds * 1000,
    idleMs: settings.proxyIdleSeconds * 1000,
    maxBodyBytes: settings.proxyMaxBodyMiB * MIB,
    http2: settings.proxyHttp2,
    outboundProxy: settings.proxyOutbound,
    caCertificates: settings.proxyCaCertificates,
  };
}
