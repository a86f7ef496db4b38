import type { CredentialSummary } from '../../shared/contract/schemas.ts';
import type { ValidationResult } from '../../shared/provider/answer.ts';
import type { HealthFilter } from '../state/route.ts';

export type Health =
  | 'healthy'
  | 'expiring'
  | 'expired'
  | 'failing'
  | 'unknown'
  | 'untested'
  | 'suspended'
  | 'revoked'
  | 'binned';

export const EXPIRING_DAYS = 14;
export const DAY_MS = 86_400_000;

/** A provider that was not reached says nothing about the key: that is "unknown", never "failing". */
const VERDICTS: Readonly<Record<ValidationResult, 'healthy' | 'failing' | 'unknown'>> = {
  valid: 'healthy',
  invalid_format: 'failing',
  invalid_key: 'failing',
  expired: 'failing',
  insufficient_permission: 'failing',
  quota_exceeded: 'failing',
  rate_limited: 'unknown',
  provider_unavailable: 'unknown',
  timeout: 'unknown',
};

/** It was answered as a working key is, but with a word against it: so is whoever has no key. Then nothing is known. */
export const provesNothing = ({
  result,
  hint,
}: {
  readonly result: ValidationResult;
  readonly hint: string;
}): boolean => result === 'valid' && hint !== '';

type LastTest = NonNullable<CredentialSummary['lastTest']>;
const verdictOf = (test: LastTest) => (provesNothing(test) ? 'unknown' : VERDICTS[test.result]);

type Facts = Pick<CredentialSummary, 'state' | 'expiresAt' | 'lastTest'>;

/** What matters most about a credential, in one word. */
export function healthOf(credential: Facts, nowMs: number): Health {
  if (credential.state !== 'active') return credential.state;
  const leftMs = credential.expiresAt === null ? null : Date.parse(credential.expiresAt) - nowMs;
  if (leftMs !== null && leftMs <= 0) return 'expired';
  const verdict = credential.lastTest === null ? 'untested' : verdictOf(credential.lastTest);
  if (verdict === 'failing') return 'failing';
  if (leftMs !== null && leftMs <= EXPIRING_DAYS * DAY_MS) return 'expiring';
  return verdict;
}

/** The filter that a health falls under; expired keys need the same attention as expiring ones. */
export function filterOf(health: Health): HealthFilter | null {
  if (health === 'expired') return 'expiring';
  if (health === 'suspended' || health === 'revoked') return 'disabled';
  return health === 'binned' ? null : health;
}

const ORDER: readonly Health[] = [
  'failing',
  'expired',
  'expiring',
  'unknown',
  'untested',
  'healthy',
  'suspended',
  'revoked',
  'binned',
];

/** What needs attention comes first. */
export const healthRank = (health: Health): number => ORDER.indexOf(health);
