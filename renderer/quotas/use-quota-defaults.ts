import { QUOTA_DEFAULTS, type QuotaDefaults, quotaDefaults } from '../../shared/quota-defaults.ts';
import { useSession } from '../state/session.ts';

/** What the settings say for quotas that say nothing themselves. */
export function useQuotaDefaults(): QuotaDefaults {
  const vault = useSession((session) => session.settings?.vault ?? null);
  return vault === null ? QUOTA_DEFAULTS : quotaDefaults(vault);
}
