import type { Caller } from '../../shared/contract/method.ts';
import type { MethodName } from '../../shared/contract/methods.ts';
import { AppError } from '../../shared/errors.ts';
import type { Clock } from '../core/seams.ts';

/** How often a method may be called: `burst` at once, then `perMinute`. One bucket a method and kind of caller. */
interface Rate {
  readonly burst: number;
  readonly perMinute: number;
}

const USUAL: Rate = { burst: 1000, perMinute: 30_000 };
/** Each costs a key derivation; the vault's own back-off after failures comes on top. */
const PASSWORD: Rate = { burst: 20, perMinute: 60 };
const TYPING: Rate = { burst: 40, perMinute: 600 };

/** Locking and ending are never refused. */
const UNLIMITED: ReadonlySet<MethodName> = new Set(['vault.lock', 'app.stop', 'app.handOver', 'clipboard.clear']);

const RATES: Partial<Readonly<Record<MethodName, Rate>>> = {
  'vault.create': PASSWORD,
  'vault.confirmRecovery': PASSWORD,
  'vault.renewRecovery': PASSWORD,
  'vault.unlock': PASSWORD,
  'vault.changePassword': PASSWORD,
  'vault.recover': PASSWORD,
  'vault.restoreBackup': PASSWORD,
  'vault.removeReplaced': PASSWORD,
  'credentials.purge': PASSWORD,
  'vault.backUp': { burst: 10, perMinute: 10 },
  'vault.checkBackup': { burst: 20, perMinute: 30 },
  'vault.passwordStrength': TYPING,
  'vault.suggestPassword': TYPING,
  'providers.inspect': TYPING,
  // After 10 reveals a minute the credentials room asks for the password (SECURITY-DESIGN.md T6); this bounds the rest.
  'credentials.reveal': { burst: 30, perMinute: 30 },
  'credentials.copy': { burst: 30, perMinute: 30 },
  'providers.save': { burst: 10, perMinute: 20 },
  'providers.preview': { burst: 20, perMinute: 120 },
  'app.openLink': { burst: 10, perMinute: 20 },
  'app.doctor': { burst: 10, perMinute: 30 },
};

/** A prompt outside the page comes of them: a page must not be able to tire its owner. A script may make many clients. */
const WINDOW_RATES: Partial<Readonly<Record<MethodName, Rate>>> = {
  'clients.create': { burst: 20, perMinute: 20 },
};

/** Asks leave for one call. @throws AppError `rate_limited` with the time to wait */
export type RateGate = (method: MethodName, caller: Caller) => void;

export function createRateGate(clock: Clock): RateGate {
  const buckets = new Map<string, { tokens: number; atMs: number }>();
  return (method, caller) => {
    if (UNLIMITED.has(method)) return;
    const rate = (caller === 'window' ? WINDOW_RATES[method] : undefined) ?? RATES[method] ?? USUAL;
    const perMs = rate.perMinute / 60_000;
    const nowMs = clock.monotonic();
    const key = `${caller} ${method}`;
    const bucket = buckets.get(key) ?? { tokens: rate.burst, atMs: nowMs };
    const tokens = Math.min(rate.burst, bucket.tokens + Math.max(0, nowMs - bucket.atMs) * perMs);
    if (tokens < 1) {
      const retryAfterMs = Math.ceil((1 - tokens) / perMs);
      throw new AppError(
        'rate_limited',
        'This was asked for too often. Nothing was changed.',
        `Wait ${Math.ceil(retryAfterMs / 1000)} s, then try again.`,
        { retryAfterMs },
      );
    }
    buckets.set(key, { tokens: tokens - 1, atMs: nowMs });
  };
}
