import type { Input } from '../../shared/contract/methods.ts';
import type { ClientSummary } from '../../shared/contract/schemas.ts';
import { m } from '../i18n/messages.ts';
import { dayShown } from '../i18n/zone.ts';

/** What the sheet that narrows a client holds. */
export interface NarrowForm {
  readonly keeps: ReadonlySet<string>;
  /** YYYY-MM-DD. */
  readonly end: string;
  readonly rate: string;
}

const dayOf = (iso: string): string => dayShown(Date.parse(iso));

export const narrowFormOf = (client: ClientSummary): NarrowForm => ({
  keeps: new Set(client.grants),
  end: dayOf(client.expiresAt),
  rate: client.ratePerSecond === null ? '' : String(client.ratePerSecond),
});

/** null where the rate stays as it is. */
function rateOf(form: NarrowForm, client: ClientSummary): number | null | undefined {
  if (form.rate.trim() === '') return client.ratePerSecond === null ? null : undefined;
  const rate = Number(form.rate.replace(',', '.'));
  if (rate === client.ratePerSecond) return null;
  return rate >= 0.1 && rate < (client.ratePerSecond ?? 10_000) ? rate : undefined;
}

export function narrowErrors(form: NarrowForm, client: ClientSummary, today: string): Readonly<Record<string, string>> {
  const endFits = form.end >= today && form.end <= dayOf(client.expiresAt);
  return {
    ...(form.keeps.size === 0 ? { keeps: m.clients.keepsMissing } : {}),
    ...(endFits || form.end === dayOf(client.expiresAt) ? {} : { end: m.clients.endWrong }),
    ...(rateOf(form, client) === undefined ? { rate: m.clients.narrowRateWrong } : {}),
  };
}

/** Only what differs; null where nothing does. A day lasts to its end where the window's days are. */
export function narrowChanges(form: NarrowForm, client: ClientSummary): Omit<Input<'clients.narrow'>, 'client'> | null {
  const rate = rateOf(form, client);
  const changes = {
    ...(form.keeps.size === client.grants.length ? {} : { grants: client.grants.filter((one) => form.keeps.has(one)) }),
    ...(form.end === dayOf(client.expiresAt) ? {} : { expiresAt: form.end }),
    ...(rate === null || rate === undefined ? {} : { ratePerSecond: rate }),
  };
  return Object.keys(changes).length === 0 ? null : changes;
}
