import type { QuotaStatus } from '../../shared/contract/quotas.ts';
import type { QuotaCounts, QuotaDefinition, QuotaPeriod, QuotaScope } from '../../shared/quotas.ts';
import { formatMoney, formatNumber, formatSeconds } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';

/** "$8.20", "1,200 requests": an amount of what a quota counts. */
export function amountWords(counts: QuotaCounts, amount: number): string {
  return counts === 'cost' ? formatMoney(amount) : m.quotas[counts](amount);
}

export function periodWords(period: QuotaPeriod): string {
  switch (period.every) {
    case 'cron':
      return m.quotas.everyCron(period.expression, period.zone);
    case 'month':
      return period.day === 1 ? m.quotas.every.month : m.quotas.everyMonthFrom(period.day);
    case 'minute':
    case 'hour':
    case 'day':
    case 'week':
      return m.quotas.every[period.every];
  }
}

/** What ids are called; undefined for what is gone. */
export interface ScopeNames {
  readonly provider: (id: string) => string | undefined;
  readonly credential: (id: string) => string | undefined;
  readonly client: (id: string) => string | undefined;
}

export function scopeWords(scope: QuotaScope, names: ScopeNames): string {
  switch (scope.kind) {
    case 'all':
      return m.quotas.scopeAll;
    case 'system':
      return m.quotas.scopeSystem;
    case 'provider':
      return names.provider(scope.provider) ?? scope.provider;
    case 'credential':
      return names.credential(scope.credential) ?? m.quotas.scopeGone;
    case 'clients':
      return m.quotas.scopeClients(
        scope.clients.map((id) => names.client(id) ?? id),
        scope.fair,
      );
    case 'project':
      return scope.project;
  }
}

/** "OpenAI: $20.00 a month". */
export const limitWords = ({ counts, limit, period }: QuotaDefinition): string =>
  `${amountWords(counts, limit)} ${periodWords(period)}`;

export const QUOTA_LOOKS = {
  ok: { tone: 'ok', shape: 'check' },
  warned: { tone: 'warn', shape: 'alert' },
  slowed: { tone: 'warn', shape: 'clock' },
  'used-up': { tone: 'bad', shape: 'cross' },
  off: { tone: 'quiet', shape: 'pause' },
} as const satisfies Record<QuotaStatus['state'], unknown>;

/** The tone of its bar. */
export function barTone(state: QuotaStatus['state']): 'ok' | 'warn' | 'bad' {
  const { tone } = QUOTA_LOOKS[state];
  return tone === 'quiet' ? 'ok' : tone;
}

/** "$8.20 of $20.00 used (41 %)". */
export function figuresWords({ definition, used, available, kept, percent, reserved }: QuotaStatus): string {
  const { counts } = definition;
  // The unit stands once: "8 of 20 requests used".
  const usedWords = counts === 'cost' ? formatMoney(used) : formatNumber(used);
  return [
    m.quotas.figures(usedWords, amountWords(counts, available - kept), percent),
    ...(kept === 0 ? [] : [m.quotas.kept(amountWords(counts, kept))]),
    ...(reserved === 0 ? [] : [m.quotas.held(amountWords(counts, reserved))]),
  ].join(', ');
}

/** The definition in sentences, for those who read rather than look. */
export function definitionSentences(
  { definition, inForce }: Pick<QuotaStatus, 'definition' | 'inForce'>,
  names: ScopeNames,
): readonly string[] {
  const { counts, scope, buffer, rollover, adjust, atLimit } = definition;
  const { warnAt, throttle } = inForce;
  const s = m.quotas.sentences;
  const who = (ids: readonly string[]): string => ids.map((id) => names.client(id) ?? id).join(', ');
  return [
    s.limit(amountWords(counts, definition.limit), periodWords(definition.period), scopeWords(scope, names)),
    atLimit === 'block' ? m.quotas.refuses : m.quotas.onlyWarns,
    ...(warnAt.length === 0 ? [] : [s.warns([...warnAt].sort((a, b) => a - b).join(', '))]),
    ...(throttle === null ? [] : [s.slows(throttle.fromPercent, formatSeconds(throttle.maxDelayMs))]),
    ...(definition.countImports ? [s.imports] : []),
    ...(buffer === null ? [] : [s.buffer(buffer.percent, who(buffer.clients))]),
    ...(rollover === null ? [] : [s.rollover(rollover.maxPercent)]),
    ...(adjust === null ? [] : [s.adjust(amountWords(counts, adjust.min), amountWords(counts, adjust.max))]),
  ];
}
