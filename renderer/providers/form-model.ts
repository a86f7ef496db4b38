import type { CredentialChanges, CredentialSummary } from '../../shared/contract/schemas.ts';
import type { Input } from '../../shared/contract/methods.ts';
import type { ProviderInfo } from '../../shared/provider/info.ts';
import { DEFAULT_LABEL, LABEL_PATTERN } from '../../shared/reference.ts';
import { m } from '../i18n/messages.ts';
import { daysLater } from '../../shared/zone-clock.ts';
import { dayShown } from '../i18n/zone.ts';

/** What the sheet holds while a credential is entered. `secret` is the pasted field, so that pasting comes before choosing. */
export interface CredentialForm {
  readonly provider: string | null;
  readonly authKind: string | null;
  readonly secret: string;
  readonly others: Readonly<Record<string, string>>;
  /** null: not touched, a free one is proposed. */
  readonly label: string | null;
  readonly name: string;
  readonly project: string;
  readonly tags: readonly string[];
  /** YYYY-MM-DD, or empty. */
  readonly expires: string;
  readonly note: string;
  readonly baseUrl: string;
  readonly local: boolean;
  readonly shared: boolean;
  readonly check: boolean;
}

export const EMPTY_FORM: CredentialForm = {
  provider: null,
  authKind: null,
  secret: '',
  others: {},
  label: null,
  name: '',
  project: '',
  tags: [],
  expires: '',
  note: '',
  baseUrl: '',
  local: false,
  shared: false,
  check: true,
};

/** Secret fields start empty: their values never come here. */
export function formOf(one: CredentialSummary): CredentialForm {
  const open = one.fields.filter((field) => !field.secret).map((field) => [field.name, field.shown] as const);
  return {
    provider: one.provider,
    authKind: one.authKind,
    secret: '',
    others: Object.fromEntries(open),
    label: one.label,
    name: one.name,
    project: one.project,
    tags: one.tags,
    expires: endDay(one),
    note: one.note,
    baseUrl: one.baseUrl ?? '',
    local: one.local,
    shared: one.scope === 'system',
    check: true,
  };
}

const endDay = ({ expiresAt }: Pick<CredentialSummary, 'expiresAt'>): string =>
  expiresAt === null ? '' : dayShown(Date.parse(expiresAt));

export type AuthKind = ProviderInfo['auth'][number];

export function authOf(form: CredentialForm, provider: ProviderInfo | undefined): AuthKind | undefined {
  return provider?.auth.find((one) => one.kind === form.authKind) ?? provider?.auth[0];
}

/** The field that is pasted: the primary one where it is a secret. Some local servers have none. */
export function pastedField(auth: AuthKind): AuthKind['fields'][number] | undefined {
  return auth.fields.find((field) => field.name === auth.primary && field.secret);
}

/** What stands in a field: what was typed, else what the catalogue proposes. */
export function valueOf(form: CredentialForm, auth: AuthKind | undefined, field: string): string {
  if (auth === undefined || field === pastedField(auth)?.name) return form.secret;
  return form.others[field] ?? auth.fields.find((one) => one.name === field)?.default ?? '';
}

/** "default" where it is free, else the first free "key-2", "key-3" … */
export function freeLabel(taken: ReadonlySet<string>): string {
  if (!taken.has(DEFAULT_LABEL)) return DEFAULT_LABEL;
  let number = 2;
  while (taken.has(`key-${number}`)) number += 1;
  return `key-${number}`;
}

export type FormErrors = Readonly<Record<string, string>>;

interface Known {
  readonly provider: ProviderInfo | undefined;
  readonly taken: ReadonlySet<string>;
  /** The credential that is edited; its secrets may stay as they are. */
  readonly editing: CredentialSummary | undefined;
  readonly today: string;
}

/** What keeps the form from being saved, by field. An unusual key format is a warning elsewhere, never an error. */
export function validate(form: CredentialForm, { provider, taken, editing, today }: Known): FormErrors {
  const errors: Record<string, string> = {};
  const auth = authOf(form, provider);
  if (provider === undefined) errors['provider'] = m.providers.form.providerMissing;
  if (auth === undefined && form.secret === '') errors['secret'] = m.providers.form.pasteMissing;
  for (const field of auth?.fields ?? []) {
    const kept = editing !== undefined && field.secret && editing.fields.some((one) => one.name === field.name);
    if (field.required && !kept && valueOf(form, auth, field.name).trim() === '') {
      errors[auth !== undefined && field === pastedField(auth) ? 'secret' : `field:${field.name}`] =
        m.providers.form.fieldMissing(field.label);
    }
  }
  const label = form.label ?? freeLabel(taken);
  if (!LABEL_PATTERN.test(label)) errors['label'] = m.providers.form.labelWrong;
  else if (taken.has(label)) errors['label'] = m.providers.form.labelTaken;
  if (form.expires !== '' && form.expires < today && form.expires !== (editing && endDay(editing))) {
    errors['expires'] = m.providers.form.expiryWrong;
  }
  if (auth?.ownAddress === true) return errors;
  if (form.baseUrl === '' && provider?.baseUrl.default === null && provider.baseUrl.changeable) {
    errors['baseUrl'] = m.providers.form.baseUrlMissing;
  } else if (form.baseUrl !== '' && !isBaseUrl(form.baseUrl, form.local)) {
    errors['baseUrl'] = m.providers.form.baseUrlWrong;
  }
  return errors;
}

function isBaseUrl(text: string, local: boolean): boolean {
  const url = URL.parse(text.trim());
  return url !== null && url.hostname !== '' && (url.protocol === 'https:' || (local && url.protocol === 'http:'));
}

/** A pasted one-line secret loses the line end that came with it; everything else is taken as it was typed. */
function typedValues(form: CredentialForm, auth: AuthKind): readonly (readonly [AuthKind['fields'][number], string])[] {
  return auth.fields
    .filter((field) => field === pastedField(auth) || form.others[field.name] !== undefined)
    .map((field) => {
      const value = valueOf(form, auth, field.name);
      return [field, field.secret && !field.multiline ? value.trim() : value] as const;
    });
}

/** Untouched fields are left to the core, which knows their defaults; an emptied default is sent as empty. */
function fieldsOf(form: CredentialForm, auth: AuthKind): Record<string, string> {
  const meant = typedValues(form, auth).filter(([field, value]) => value !== '' || field.default !== undefined);
  return Object.fromEntries(meant.map(([field, value]) => [field.name, value]));
}

export function toInput(form: CredentialForm, auth: AuthKind, label: string): Input<'credentials.add'> {
  return {
    provider: form.provider ?? '',
    authKind: auth.kind,
    label,
    name: form.name.trim(),
    scope: form.shared ? 'system' : 'user',
    fields: fieldsOf(form, auth),
    tags: [...form.tags],
    project: form.project.trim(),
    note: form.note,
    ...(form.expires === '' ? {} : { expiresAt: form.expires }),
    ...addressOf(form, auth),
  };
}

/** Kinds whose fields say where they go have no base URL, but may be on a private address too. */
function addressOf(form: CredentialForm, auth: AuthKind): { baseUrl?: string; local?: boolean } {
  if (auth.ownAddress) return { local: form.local };
  return form.baseUrl.trim() === '' ? {} : { baseUrl: form.baseUrl.trim(), local: form.local };
}

/** Only what differs, so that nothing else is touched (a new secret makes a version, a new address drops grants). */
export function toChanges(form: CredentialForm, before: CredentialSummary, auth: AuthKind): CredentialChanges {
  const was = formOf(before);
  const shownBefore = new Map(before.fields.filter((field) => !field.secret).map((field) => [field.name, field.shown]));
  const changed = typedValues(form, auth).filter(([{ name, secret, default: proposed }, value]) =>
    secret ? value !== '' : value !== (shownBefore.get(name) ?? proposed ?? ''),
  );
  const fields = Object.fromEntries(changed.map(([field, value]) => [field.name, value]));
  return {
    ...(Object.keys(fields).length === 0 ? {} : { fields }),
    ...(form.label === null || form.label === was.label ? {} : { label: form.label }),
    ...(form.name.trim() === was.name ? {} : { name: form.name.trim() }),
    ...(form.project.trim() === was.project ? {} : { project: form.project.trim() }),
    ...(form.tags.join('\n') === was.tags.join('\n') ? {} : { tags: [...form.tags] }),
    ...(form.note === was.note ? {} : { note: form.note }),
    ...(form.expires === was.expires ? {} : { expiresAt: form.expires === '' ? null : form.expires }),
    ...(form.shared === was.shared ? {} : { scope: form.shared ? ('system' as const) : ('user' as const) }),
    ...(form.baseUrl.trim() === was.baseUrl && form.local === was.local
      ? {}
      : auth.ownAddress
        ? { local: form.local }
        : { baseUrl: form.baseUrl.trim() === '' ? null : form.baseUrl.trim(), local: form.local }),
  };
}

/** Whether closing the sheet would lose something. */
export function isDirty(form: CredentialForm, start: CredentialForm): boolean {
  return (Object.keys(start) as (keyof CredentialForm)[]).some(
    (key) => key !== 'check' && JSON.stringify(form[key]) !== JSON.stringify(start[key]),
  );
}

/** The day so many days from now, as a date field writes it. */
export function dayAfter(days: number, nowMs: number): string {
  return daysLater(dayShown(nowMs), days);
}
