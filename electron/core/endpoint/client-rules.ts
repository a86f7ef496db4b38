import { AppError } from '../../../shared/errors.ts';
import { formatGrant, type Grant, parseGrant } from '../../../shared/grant.ts';

/** What a client may be: names, grants, times (SECURITY-DESIGN.md section 7). */
export const DAY_MS = 24 * 60 * 60 * 1000;
export const MAX_NAME_CHARACTERS = 64;
const MAX_DAYS = 365;
const MAX_DAYS_WITH_PROXY = 90;
const IDLE_MS = 14 * DAY_MS;
const CLOCK_SLACK_MS = 5 * 60 * 1000;
// Control characters, line and paragraph separators, and all that changes writing direction.
const UNSAFE_IN_NAME = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** @throws AppError `invalid_input`. */
export function checkClientName(name: string): void {
  const length = [...name].length;
  if (name.trim() === '' || length > MAX_NAME_CHARACTERS || UNSAFE_IN_NAME.test(name)) {
    throw new AppError(
      'invalid_input',
      'This is not a usable client name. No client was made.',
      `A name has 1 to ${MAX_NAME_CHARACTERS} characters, none of them a control or direction character.`,
    );
  }
}

/** Parsed, each once, in the order given. @throws AppError `invalid_input`. */
export function checkGrants(texts: readonly string[]): Grant[] {
  if (texts.length === 0) {
    throw new AppError('invalid_input', 'A client needs at least one grant.', 'For example: --grant keys:read:openai');
  }
  const grants = new Map<string, Grant>();
  for (const text of texts) {
    const grant = parseGrant(text);
    grants.set(formatGrant(grant), grant);
  }
  return [...grants.values()];
}

/** @throws AppError `invalid_input` where the token would live too long. */
export function checkLifetime(days: number, grants: readonly Grant[]): void {
  const proxies = grants.some((grant) => grant.kind === 'proxy');
  const max = proxies ? MAX_DAYS_WITH_PROXY : MAX_DAYS;
  if (days >= 1 && days <= max) return;
  throw new AppError(
    'invalid_input',
    `A client token ${proxies ? 'with a proxy grant ' : ''}lives 1 to ${max} days. No client was made.`,
    `Give a shorter time, for example --expires ${max}d; make a new token when it ends.`,
  );
}

export interface ClientTimes {
  readonly expiresAtMs: number;
  /** The latest moment that this client is known to have existed: made, or used. */
  readonly lastSeenMs: number;
}

/**
 * Expiry by wall time: the date it was given, or 14 days without use. A clock set back by more than 5 minutes would
 * bring expired tokens to life, so it refuses too.
 */
export function isClientExpired(times: ClientTimes, nowMs: number): boolean {
  if (nowMs >= times.expiresAtMs) return true;
  if (nowMs < times.lastSeenMs - CLOCK_SLACK_MS) return true;
  return nowMs - times.lastSeenMs >= IDLE_MS;
}
