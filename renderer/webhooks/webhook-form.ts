import type { NewWebhook, WebhookChanges, WebhookSummary } from '../../shared/contract/notifications.ts';
import type { WebhookEvent } from '../../shared/notifications.ts';
import { WEBHOOK_EVENTS } from '../../shared/notifications.ts';
import { m } from '../i18n/messages.ts';

/** What the sheet of a webhook holds. An address may carry a secret in its path: it lives as long as the sheet. */
export interface WebhookForm {
  readonly url: string;
  readonly label: string;
  readonly local: boolean;
  readonly events: readonly WebhookEvent[];
}

export const EMPTY_WEBHOOK: WebhookForm = { url: '', label: '', local: false, events: WEBHOOK_EVENTS };

export const formOfWebhook = ({ label, local, events }: WebhookSummary): WebhookForm => ({
  url: '',
  label,
  local,
  events,
});

function hostOf(url: string): string | null {
  try {
    const { protocol, hostname } = new URL(url.trim());
    return /^https?:$/.test(protocol) && hostname !== '' ? hostname : null;
  } catch {
    return null;
  }
}

/** The name it gets where none was typed: its host. */
export const nameOf = ({ label, url }: WebhookForm): string => label.trim() || (hostOf(url) ?? '').slice(0, 64);

/** @param isNew - else an empty address means: as it is. */
export function webhookErrors(form: WebhookForm, isNew: boolean): Readonly<Record<string, string>> {
  const keeps = !isNew && form.url.trim() === '';
  const e = m.webhooks.errors;
  return {
    ...(keeps || hostOf(form.url) !== null ? {} : { url: e.url }),
    ...(isNew || form.label.trim() !== '' ? {} : { label: e.label }),
    ...(form.events.length > 0 ? {} : { events: e.events }),
  };
}

export const newWebhookOf = (form: WebhookForm): NewWebhook => ({
  url: form.url.trim(),
  label: nameOf(form),
  local: form.local,
  events: [...form.events],
});

export function webhookChangesOf(form: WebhookForm, webhook: WebhookSummary): WebhookChanges {
  const url = form.url.trim();
  return {
    webhook: webhook.id,
    label: form.label.trim(),
    events: [...form.events],
    ...(url === '' ? {} : { url, local: form.local }),
  };
}
