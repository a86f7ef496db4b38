import { AUDIT_AREAS, type AuditArea } from '../../shared/audit-words.ts';

export const AUDIT_RESULTS = ['ok', 'refused', 'failed'] as const;

/** What Activity is narrowed to; empty: not by it. Days are those of this computer. Ids and fixed words only. */
export interface ActivityRoute {
  readonly area: AuditArea | '';
  /** A door of the owner, or the id of a client. */
  readonly actor: string;
  readonly result: (typeof AUDIT_RESULTS)[number] | '';
  readonly from: string;
  readonly to: string;
}

export const NO_FILTERS: ActivityRoute = { area: '', actor: '', result: '', from: '', to: '' };

const ACTOR = /^(?:ui|cli|system|[0-9A-Za-z]{10})$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Anything that is not known is left out, as in parseRoute. */
export function parseActivity(params: URLSearchParams): ActivityRoute {
  const given = (name: string, pattern: RegExp): string => {
    const text = params.get(name) ?? '';
    return pattern.test(text) ? text : '';
  };
  return {
    area: AUDIT_AREAS.find((one) => one === params.get('area')) ?? '',
    actor: given('by', ACTOR),
    result: AUDIT_RESULTS.find((one) => one === params.get('result')) ?? '',
    from: given('from', DAY),
    to: given('to', DAY),
  };
}

export function writeActivity({ area, actor, result, from, to }: ActivityRoute, params: URLSearchParams): void {
  for (const [name, value] of Object.entries({ area, by: actor, result, from, to })) {
    if (value !== '') params.set(name, value);
  }
}
