import type { AppError } from '../shared/errors.ts';
import { QUOTA_COUNTS, THROTTLE_CURVES } from '../shared/quotas.ts';
import { usage } from './fail.ts';
import { plain } from './table.ts';

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

const NAME = 'A name has 1 to 64 characters, without control characters.';
/** What an option takes, by the part of the definition that it sets. */
const TAKES: Readonly<Record<string, string>> = {
  name: NAME,
  counts: `--counts takes ${QUOTA_COUNTS.join(', ')}.`,
  warnAt: '--warn-at takes up to eight different percentages from 1 to 100, or none, or settings.',
  'throttle.fromPercent': '--slow-from takes 1 to 99 percent.',
  'throttle.maxDelayMs': '--slow-max takes 100ms to 60s.',
  'throttle.curve': `--slow-curve takes ${THROTTLE_CURVES.join(', ')}.`,
  'buffer.percent': '--keep-critical takes 1 to 50 percent, or 0 for none.',
  'buffer.clients': '--critical-client takes up to 32 clients, each once.',
  'rollover.maxPercent': '--rollover takes 1 to 100 percent, or 0 for none.',
  adjust: '--adjust takes the least limit and then the most, as 100..500.',
  'scope.clients': '--client takes up to 32 clients, each once.',
  'scope.provider': '--provider takes one of "keyharbor providers".',
  'scope.project': '--project takes a folder of up to 1024 characters.',
  'period.expression': '--per takes a cron expression of up to 128 characters.',
  'period.zone': '--zone takes a time zone, as Europe/Berlin.',
};

/** A quota that options describe and that cannot be: said by the option that is meant. */
export function refusedOptions({ path, message }: Issue): AppError {
  const said = TAKES[path.filter((part) => typeof part === 'string').join('.')];
  return said === undefined ? refusedDocument({ path, message }) : usage(`${said} Nothing was changed.`);
}

/** The same of a document, by the member. */
export function refusedDocument({ path, message }: Issue): AppError {
  const at = path.length === 0 ? 'the quota' : path.join('.');
  return usage(`This is no quota: ${plain(at)}: ${message}. Nothing was changed.`);
}
