import { formatGrant } from '../../shared/grant.ts';
import { m } from '../i18n/messages.ts';

export const EXPIRY_DAYS = [7, 30, 90, 365] as const;
export const DEFAULT_RATE = 20;

/** What the sheet for a new client holds. */
export interface ClientForm {
  readonly name: string;
  readonly list: boolean;
  /** Chosen grants for keys in the contract's own words, such as proxy:openai or keys:read:openai/work. */
  readonly keys: ReadonlySet<string>;
  readonly days: string;
  readonly rate: string;
  readonly unlimited: boolean;
  readonly test: boolean;
}

export const EMPTY_CLIENT: ClientForm = {
  name: '',
  list: false,
  keys: new Set(),
  days: '30',
  rate: String(DEFAULT_RATE),
  unlimited: false,
  test: false,
};

/** A tool calls with a key that stays here, or gets the key itself. */
export type KeyGrantKind = 'proxy' | 'keys:read';

export const keyGrant = (kind: KeyGrantKind, provider: string, label: string | null): string =>
  formatGrant({ kind, provider, label });

/** Grants for single labels are left out where the whole provider is granted. */
export function grantsOf(form: ClientForm): readonly string[] {
  const keys = [...form.keys].filter((grant) => {
    const whole = grant.split('/')[0] ?? grant;
    return whole === grant || !form.keys.has(whole);
  });
  return [...(form.list ? ['keys:list'] : []), ...keys.sort()];
}

export function rateOf(form: ClientForm): number | null | undefined {
  if (form.unlimited) return null;
  const rate = Number(form.rate.replace(',', '.'));
  return form.rate.trim() !== '' && rate >= 0.1 && rate <= 10_000 ? rate : undefined;
}

export function clientErrors(form: ClientForm): Readonly<Record<string, string>> {
  return {
    ...(form.name.trim() === '' ? { name: m.clients.nameMissing } : {}),
    ...(grantsOf(form).length === 0 ? { grants: m.clients.grantsMissing } : {}),
    ...(rateOf(form) === undefined ? { rate: m.clients.rateWrong } : {}),
  };
}
