import { useId, useState } from 'react';
import type { WebhookSummary } from '../../shared/contract/notifications.ts';
import { NOTICE_WORDS, WEBHOOK_EVENTS } from '../../shared/notifications.ts';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { asSentence } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import { loadWebhooks } from '../state/webhooks.ts';
import { Checkbox } from '../ui/checkbox.tsx';
import { Field } from '../ui/field.tsx';
import { FormSheet } from '../ui/form-sheet.tsx';
import { TextInput } from '../ui/text-input.tsx';
import { announce } from '../ui/toasts.ts';
import { useSheetForm } from '../ui/use-sheet-form.ts';
import layout from '../ui/form-layout.module.css';
import { SecretOnce } from './secret-once.tsx';
import { EMPTY_WEBHOOK, formOfWebhook, nameOf, newWebhookOf, webhookChangesOf, webhookErrors } from './webhook-form.ts';
import styles from './webhooks.module.css';

interface Props {
  /** null: a new one. */
  readonly webhook: WebhookSummary | null;
  readonly onClose: () => void;
}

/** Makes or changes a webhook. A new one then shows its secret, once. */
export function WebhookSheet({ webhook, onClose }: Props) {
  const state = useSheetForm(() => (webhook === null ? EMPTY_WEBHOOK : formOfWebhook(webhook)));
  const { form, change } = state;
  const [secret, setSecret] = useState<string | null>(null);
  const id = useId();
  const all = webhookErrors(form, webhook === null);
  const errors = state.checked ? all : {};
  const save = useAction(async () => {
    if (webhook === null) setSecret((await call('webhooks.create', newWebhookOf(form))).secret);
    else {
      await call('webhooks.edit', webhookChangesOf(form, webhook));
      announce(m.webhooks.saved(form.label.trim()));
      onClose();
    }
    await loadWebhooks();
  });
  if (secret !== null) return <SecretOnce secret={secret} onClose={onClose} />;
  return (
    <FormSheet
      title={webhook === null ? m.webhooks.addTitle : m.webhooks.editTitle(webhook.label)}
      verb={webhook === null ? m.webhooks.add : m.webhooks.save}
      state={state}
      isRight={Object.keys(all).length === 0}
      save={save}
      asksElsewhere
      leaveText={m.webhooks.leaveText}
      onClose={onClose}
    >
      <Field
        label={m.webhooks.url}
        hint={webhook === null ? m.webhooks.urlHint : m.webhooks.urlKeep(webhook.shownUrl)}
        error={errors['url']}
        required={webhook === null}
      >
        {(control) => (
          <TextInput
            {...control}
            mono
            inputMode="url"
            maxLength={2048}
            value={form.url}
            onChange={(url) => change({ url })}
          />
        )}
      </Field>
      {(webhook === null || form.url.trim() !== '') && (
        <Checkbox
          label={m.webhooks.local}
          hint={m.webhooks.localHint}
          checked={form.local}
          onChange={(local) => change({ local })}
        />
      )}
      <Field label={m.webhooks.label} error={errors['label']} optional={webhook === null}>
        {(control) => (
          <TextInput
            {...control}
            maxLength={64}
            placeholder={webhook === null ? nameOf({ ...form, label: '' }) : ''}
            value={form.label}
            onChange={(label) => change({ label })}
          />
        )}
      </Field>
      <fieldset className={layout.fieldset} aria-describedby={`${id}-events`}>
        <legend>{m.webhooks.eventsTitle}</legend>
        {WEBHOOK_EVENTS.map((event) => (
          <Checkbox
            key={event}
            label={asSentence(NOTICE_WORDS[event])}
            hint={<code>{event}</code>}
            checked={form.events.includes(event)}
            onChange={(on) =>
              change({ events: WEBHOOK_EVENTS.filter((one) => (one === event ? on : form.events.includes(one))) })
            }
          />
        ))}
        <p id={`${id}-events`} role="alert" className={styles.error}>
          {errors['events']}
        </p>
      </fieldset>
    </FormSheet>
  );
}
