import type { VaultSettings } from './contract/schemas.ts';
import type { QuotaDefinition, QuotaThrottle, ThrottleCurve } from './quotas.ts';

/** What the settings say for quotas that say nothing themselves. */
export interface QuotaDefaults {
  readonly warnAt: readonly number[];
  readonly throttle: ThrottleInForce;
}

export interface ThrottleInForce {
  readonly fromPercent: number;
  readonly curve: ThrottleCurve;
  readonly maxDelayMs: number;
}

/** What the settings say where the owner changed nothing. */
export const QUOTA_DEFAULTS: QuotaDefaults = {
  warnAt: [75, 90, 100],
  throttle: { fromPercent: 90, curve: 'linear', maxDelayMs: 5000 },
};

/** A definition in which nothing is left to the settings. */
export type QuotaInForce = Omit<QuotaDefinition, 'warnAt' | 'throttle'> & {
  readonly warnAt: readonly number[];
  readonly throttle: ThrottleInForce | null;
};

export function inForce(definition: QuotaDefinition, defaults: QuotaDefaults): QuotaInForce {
  const { warnAt, throttle } = definition;
  return {
    ...definition,
    warnAt: warnAt ?? defaults.warnAt,
    throttle: throttle === null ? null : throttleInForce(throttle, defaults.throttle),
  };
}

export function throttleInForce(throttle: QuotaThrottle, defaults: ThrottleInForce): ThrottleInForce {
  return {
    fromPercent: throttle.fromPercent ?? defaults.fromPercent,
    curve: throttle.curve ?? defaults.curve,
    maxDelayMs: throttle.maxDelayMs ?? defaults.maxDelayMs,
  };
}

type QuotaSettings = Pick<
  VaultSettings,
  'quotaWarnAt' | 'quotaSlowFromPercent' | 'quotaSlowCurve' | 'quotaSlowMaxSeconds'
>;

export function quotaDefaults(settings: QuotaSettings): QuotaDefaults {
  return {
    warnAt: settings.quotaWarnAt,
    throttle: {
      fromPercent: settings.quotaSlowFromPercent,
      curve: settings.quotaSlowCurve,
      maxDelayMs: settings.quotaSlowMaxSeconds * 1000,
    },
  };
}
