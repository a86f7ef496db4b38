import type { QuotaDefaults, QuotaInForce, ThrottleInForce } from './quota-defaults.ts';
import type { QuotaCounts, QuotaDefinition, QuotaPeriod, QuotaScope } from './quotas.ts';

/** Quotas in plain words, for the command line, refusals and notices. */

const grouped = new Intl.NumberFormat('en');
const MICRO_PER_CENT = 10_000;

/** "1,200 requests", "$12.50". */
export function amountInWords(amount: number, counts: QuotaCounts): string {
  if (counts === 'cost') return microUsdInWords(amount);
  return `${grouped.format(amount)} ${amount === 1 ? counts.slice(0, -1) : counts}`;
}

/** The same, with money in whole cents from a cent on: what was seen or is expected, of which more would say nothing. */
export function roundAmountInWords(amount: number, counts: QuotaCounts): string {
  const isCents = counts === 'cost' && amount >= MICRO_PER_CENT;
  return amountInWords(isCents ? Math.round(amount / MICRO_PER_CENT) * MICRO_PER_CENT : amount, counts);
}

/** "1,200", "$12.50": where the unit stands beside it. */
export function figureInWords(amount: number, counts: QuotaCounts): string {
  return counts === 'cost' ? microUsdInWords(amount) : grouped.format(amount);
}

/** From a dollar on in cents; below it all six places, without noughts at the end. */
function microUsdInWords(amount: number): string {
  const digits = amount >= 1_000_000 ? 2 : 6;
  const text = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: digits });
  return `$${text.format(amount / 1e6)}`;
}

export function periodInWords(period: QuotaPeriod): string {
  switch (period.every) {
    case 'month':
      return period.day === 1 ? 'a month' : `a month from day ${period.day}`;
    case 'cron':
      return `from each "${period.expression}" (${period.zone})`;
    case 'hour':
      return 'an hour';
    case 'minute':
    case 'day':
    case 'week':
      return `a ${period.every}`;
  }
}

/** @param named - how people know a credential or client; null: it is gone. */
export function scopeInWords(
  scope: QuotaScope,
  named: (kind: 'credential' | 'client', id: string) => string | null = () => null,
): string {
  switch (scope.kind) {
    case 'all':
      return 'everything';
    case 'system':
      return 'system credentials';
    case 'provider':
      return scope.provider;
    case 'credential':
      return named('credential', scope.credential) ?? 'a credential that is gone';
    case 'project':
      return `project ${scope.project}`;
    case 'clients': {
      const names = scope.clients.map((id) => named('client', id) ?? id);
      const shared = names.length < 2 ? '' : scope.fair ? ', shared fairly' : ', shared';
      return `${names.length === 1 ? 'client' : 'clients'} ${names.join(', ')}${shared}`;
    }
  }
}

const CURVES = { linear: 'evenly', late: 'late', early: 'early' } as const;

/**
 * What a quota does besides counting, a line each.
 * @param held - what holds of that which it may leave to the settings.
 */
export function actsInWords(
  definition: QuotaDefinition,
  { warnAt, throttle }: Pick<QuotaInForce, 'warnAt' | 'throttle'>,
): readonly string[] {
  const { atLimit, buffer, rollover, adjust, counts, countImports } = definition;
  const levels = warnAt.toSorted((one, other) => one - other).map((level) => `${level} %`);
  const follows = definition.warnAt === null ? ', as in the settings' : '';
  return [
    atLimit === 'block' ? 'refuses calls at the limit' : 'only warns at the limit',
    ...(levels.length === 0 ? [] : [`warns at ${levels.join(', ')}${follows}`]),
    ...(throttle === null ? [] : [`slows calls ${throttleInWords(throttle)}`]),
    ...(buffer === null ? [] : [`keeps ${buffer.percent} % for critical calls`]),
    ...(countImports ? ['counts imported calls too'] : []),
    ...(rollover === null ? [] : [`brings over what was unused, up to ${rollover.maxPercent} %`]),
    ...(adjust === null
      ? []
      : [
          `may set its limit by itself from ${amountInWords(adjust.min, counts)} to ${amountInWords(adjust.max, counts)}`,
        ]),
  ];
}

function throttleInWords({ fromPercent, curve, maxDelayMs }: ThrottleInForce): string {
  return `from ${fromPercent} %, ${CURVES[curve]}, up to ${maxDelayMs / 1000} s`;
}

/** What the settings say, a line each. */
export function defaultsInWords({ warnAt, throttle }: QuotaDefaults): readonly string[] {
  const levels = warnAt.map((level) => `${level} %`);
  const warns = levels.length === 0 ? 'no warnings' : `warns at ${levels.join(', ')}`;
  return [warns, `calls that are slowed wait ${throttleInWords(throttle)}`];
}

/** "1.5 s", "2 min", "3 h 20 min": as long as it says something. */
export function durationInWords(ms: number): string {
  if (ms < 60_000) return `${Math.round(ms / 100) / 10} s`;
  const minutes = Math.round(ms / 60_000);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return `${grouped.format(Math.floor(minutes / 60))} h${rest === 0 ? '' : ` ${rest} min`}`;
}
