import { QUOTA_DEFAULTS } from '../../shared/quota-defaults.ts';
import type { QuotaCounts, QuotaDefinition, QuotaPeriod, QuotaScope, ThrottleCurve } from '../../shared/quotas.ts';
import { isWholePath, MAX_LIMIT } from '../../shared/quotas.ts';
import { m } from '../i18n/messages.ts';
import { amountText, parseAmount } from './amounts.ts';

/** What the sheet of a quota holds, as it is typed. What another choice leaves unused stays, in case one comes back. */
export interface QuotaForm {
  readonly name: string;
  readonly enabled: boolean;
  readonly counts: QuotaCounts;
  readonly scope: QuotaScope['kind'];
  readonly provider: string;
  readonly credential: string;
  readonly clients: readonly string[];
  readonly fair: boolean;
  readonly project: string;
  readonly limit: string;
  readonly every: QuotaPeriod['every'];
  readonly day: string;
  readonly expression: string;
  readonly zone: string;
  readonly atLimit: QuotaDefinition['atLimit'];
  /** Else it warns as the settings say. */
  readonly ownWarnings: boolean;
  readonly warnAt: string;
  /** What is empty is as the settings say. */
  readonly throttle: {
    readonly on: boolean;
    readonly from: string;
    readonly curve: ThrottleCurve | '';
    readonly seconds: string;
  };
  readonly buffer: { readonly on: boolean; readonly percent: string; readonly clients: readonly string[] };
  readonly rollover: { readonly on: boolean; readonly percent: string };
  readonly countImports: boolean;
  readonly adjust: { readonly on: boolean; readonly min: string; readonly max: string };
}

/** @param warnAt - what the settings say: where own levels begin. */
export function emptyQuotaForm(zone: string, warnAt = QUOTA_DEFAULTS.warnAt): QuotaForm {
  return {
    name: '',
    enabled: true,
    counts: 'cost',
    scope: 'all',
    provider: '',
    credential: '',
    clients: [],
    fair: true,
    project: '',
    limit: '',
    every: 'month',
    day: '1',
    expression: '0 9 * * 1',
    zone,
    atLimit: 'block',
    ownWarnings: false,
    warnAt: warnAt.join(', '),
    throttle: { on: false, from: '', curve: '', seconds: '' },
    buffer: { on: false, percent: '10', clients: [] },
    rollover: { on: false, percent: '50' },
    countImports: false,
    adjust: { on: false, min: '', max: '' },
  };
}

export function formOfQuota(
  definition: QuotaDefinition,
  zone: string,
  settingsWarnAt = QUOTA_DEFAULTS.warnAt,
): QuotaForm {
  const empty = emptyQuotaForm(zone, settingsWarnAt);
  const { name, enabled, counts, scope, period, limit, atLimit, warnAt, throttle, buffer, rollover, adjust } =
    definition;
  return {
    ...empty,
    name,
    enabled,
    counts,
    scope: scope.kind,
    provider: scope.kind === 'provider' ? scope.provider : '',
    credential: scope.kind === 'credential' ? scope.credential : '',
    clients: scope.kind === 'clients' ? scope.clients : [],
    fair: scope.kind === 'clients' ? scope.fair : true,
    project: scope.kind === 'project' ? scope.project : '',
    limit: amountText(counts, limit),
    every: period.every,
    day: period.every === 'month' ? String(period.day) : empty.day,
    expression: period.every === 'cron' ? period.expression : empty.expression,
    zone: period.every === 'cron' ? period.zone : zone,
    atLimit,
    countImports: definition.countImports,
    ownWarnings: warnAt !== null,
    warnAt: warnAt === null ? empty.warnAt : warnAt.join(', '),
    throttle:
      throttle === null
        ? empty.throttle
        : {
            on: true,
            from: throttle.fromPercent === null ? '' : String(throttle.fromPercent),
            curve: throttle.curve ?? '',
            seconds: throttle.maxDelayMs === null ? '' : String(throttle.maxDelayMs / 1000),
          },
    buffer: buffer === null ? empty.buffer : { on: true, percent: String(buffer.percent), clients: buffer.clients },
    rollover: rollover === null ? empty.rollover : { on: true, percent: String(rollover.maxPercent) },
    adjust:
      adjust === null
        ? empty.adjust
        : { on: true, min: amountText(counts, adjust.min), max: amountText(counts, adjust.max) },
  };
}

/** Imported calls know no key and no client. */
export const canCountImports = (scope: QuotaForm['scope']): boolean =>
  scope === 'all' || scope === 'provider' || scope === 'project';

const isEmpty = (text: string): boolean => text.trim() === '';

/** A whole number in range, or null. */
function whole(text: string, min: number, max: number): number | null {
  const value = Number(text.trim());
  return /^\d{1,6}$/.test(text.trim()) && value >= min && value <= max ? value : null;
}

function millis(seconds: string): number | null {
  const value = Math.round(Number(seconds.trim().replace(',', '.')) * 1000);
  return seconds.trim() !== '' && value >= 100 && value <= 60_000 ? value : null;
}

/** "75, 90 100" as numbers, in order; null where one is no percentage or stands twice. */
export function parseLevels(text: string): readonly number[] | null {
  const parts = text.split(/[\s,;%]+/).filter((part) => part !== '');
  const levels = parts.map((part) => whole(part, 1, 100));
  if (levels.length > 8 || levels.includes(null) || new Set(levels).size !== levels.length) return null;
  return levels.filter((level) => level !== null).sort((a, b) => a - b);
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone.trim() });
    return zone.trim() !== '';
  } catch {
    return false;
  }
}

function scopeOf(form: QuotaForm): QuotaScope {
  switch (form.scope) {
    case 'all':
    case 'system':
      return { kind: form.scope };
    case 'provider':
      return { kind: 'provider', provider: form.provider };
    case 'credential':
      return { kind: 'credential', credential: form.credential };
    case 'clients':
      return { kind: 'clients', clients: [...form.clients], fair: form.fair };
    case 'project':
      return { kind: 'project', project: form.project.trim() };
  }
}

function periodOf({ every, day, expression, zone }: QuotaForm): QuotaPeriod {
  if (every === 'cron') return { every, expression: expression.trim().replace(/\s+/g, ' '), zone: zone.trim() };
  return every === 'month' ? { every, day: Number(day) } : { every };
}

/**
 * The quota as the contract takes it. Only for a form without errors.
 * @param fallbackName - used where no name was typed.
 */
export function definitionOf(form: QuotaForm, fallbackName: string): QuotaDefinition {
  const { counts, throttle, buffer, rollover, adjust } = form;
  return {
    name: (form.name.trim() === '' ? fallbackName : form.name.trim()).slice(0, 64),
    enabled: form.enabled,
    counts,
    scope: scopeOf(form),
    period: periodOf(form),
    limit: parseAmount(counts, form.limit) ?? 0,
    atLimit: form.atLimit,
    warnAt: form.ownWarnings ? [...(parseLevels(form.warnAt) ?? [])] : null,
    throttle: throttle.on
      ? {
          fromPercent: isEmpty(throttle.from) ? null : Number(throttle.from),
          curve: throttle.curve === '' ? null : throttle.curve,
          maxDelayMs: millis(throttle.seconds),
        }
      : null,
    buffer: buffer.on ? { percent: Number(buffer.percent), clients: [...buffer.clients] } : null,
    countImports: form.countImports && canCountImports(form.scope),
    rollover: rollover.on ? { maxPercent: Number(rollover.percent) } : null,
    adjust: adjust.on ? { min: parseAmount(counts, adjust.min) ?? 0, max: parseAmount(counts, adjust.max) ?? 0 } : null,
  };
}

/** In words, by field. */
export type QuotaErrors = Readonly<Partial<Record<QuotaField, string>>>;
export type QuotaField =
  | 'limit'
  | 'provider'
  | 'credential'
  | 'clients'
  | 'project'
  | 'day'
  | 'expression'
  | 'zone'
  | 'warnAt'
  | 'throttle.from'
  | 'throttle.seconds'
  | 'buffer.percent'
  | 'buffer.clients'
  | 'rollover.percent'
  | 'adjust.min'
  | 'adjust.max';
/** Those that stand under "Advanced". */
export const isAdvanced = (field: string): boolean => /^(?:throttle|buffer|rollover|adjust)\./.test(field);

const e = m.quotas.errors;

function amountError(counts: QuotaCounts, typed: string): string | null {
  const amount = parseAmount(counts, typed);
  if (amount === null) return e.limit[counts];
  return amount > MAX_LIMIT ? e.limitMax : null;
}

export function quotaErrors(form: QuotaForm): QuotaErrors {
  const errors: Partial<Record<QuotaField, string>> = {};
  const note = (field: QuotaField, error: string | null): void => {
    if (error !== null) errors[field] = error;
  };
  const need = (field: QuotaField, ok: boolean, error: string): void => note(field, ok ? null : error);
  const { scope, every, throttle, buffer, rollover, adjust } = form;
  if (scope === 'provider') need('provider', form.provider !== '', e.provider);
  if (scope === 'credential') need('credential', form.credential !== '', e.credential);
  if (scope === 'clients') need('clients', form.clients.length > 0, e.clients);
  if (scope === 'project') need('project', isWholePath(form.project.trim()), e.project);
  note('limit', amountError(form.counts, form.limit));
  if (every === 'month') need('day', whole(form.day, 1, 31) !== null, e.day);
  if (every === 'cron') {
    need('expression', form.expression.trim().split(/\s+/).length === 5, e.expression);
    need('zone', isZone(form.zone), e.zone);
  }
  if (form.ownWarnings) need('warnAt', parseLevels(form.warnAt) !== null, e.warnAt);
  if (throttle.on) {
    need('throttle.from', isEmpty(throttle.from) || whole(throttle.from, 1, 99) !== null, e.slowFrom);
    need('throttle.seconds', isEmpty(throttle.seconds) || millis(throttle.seconds) !== null, e.maxDelay);
  }
  if (buffer.on) {
    need('buffer.percent', whole(buffer.percent, 1, 50) !== null, e.bufferPercent);
    need('buffer.clients', buffer.clients.length > 0, e.clients);
  }
  if (rollover.on) need('rollover.percent', whole(rollover.percent, 1, 100) !== null, e.rolloverPercent);
  if (adjust.on) {
    note('adjust.min', amountError(form.counts, adjust.min));
    note('adjust.max', amountError(form.counts, adjust.max));
    const [min, max] = [parseAmount(form.counts, adjust.min), parseAmount(form.counts, adjust.max)];
    if (min !== null && max !== null && max < min) note('adjust.max', e.adjustOrder);
  }
  return errors;
}
