import type { FormEvent } from 'react';
import { useId, useRef, useState } from 'react';
import type { WebhookSummary } from '../../shared/contract/notifications.ts';
import { NOTICE_WORDS, WEBHOOK_EVENTS } from '../../shared/notifications.ts';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { asSentence } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import { loadWebhooks } from '../state/webhooks.ts';
import { Button } from '../ui/button.tsx';
import { Checkbox } from '../ui/checkbox.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { Field } from '../ui/field.tsx';
import { LeaveConfirm } from '../ui/leave-confirm.tsx';
import { Sheet } from '../ui/sheet.tsx';
import { TextInput } from '../ui/text-input.tsx';
import { announce } from '../ui/toasts.ts';
import layout from '../ui/form-layout.module.css';
import { SecretOnce } from './secret-once.tsx';
import {
  EMPTY_WEBHOOK,
  formOfWebhook,
  nameOf,
  newWebhookOf,
  type WebhookForm,
  webhookChangesOf,
  webhookErrors,
} from './webhook-form.ts';
import styles from './webhooks.module.css';

interface Props {
  /** null: a new one. */
  readonly webhook: WebhookSummary | null;
  readonly onClose: () => void;
}

/** Makes or changes a webhook. A new one then shows its secret, once. */
export function WebhookSheet({ webhook, onClose }: Props) {
  const [first] = useState(() => (webhook === null ? EMPTY_WEBHOOK : formOfWebhook(webhook)));
  const [form, setForm] = useState(first);
  const [checked, setChecked] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const body = useRef<HTMLFormElement>(null);
  const id = useId();
  const all = webhookErrors(form, webhook === null);
  const errors = checked ? all : {};
  const change = (part: Partial<WebhookForm>): void => setForm((before) => ({ ...before, ...part }));
  const save = useAction(async () => {
    if (webhook === null) setSecret((await call('webhooks.create', newWebhookOf(form))).secret);
    else {
      await call('webhooks.edit', webhookChangesOf(form, webhook));
      announce(m.webhooks.saved(form.label.trim()));
      onClose();
    }
    await loadWebhooks();
  });
  const submit = (event?: FormEvent): void => {
    event?.preventDefault();
    setChecked(true);
    if (Object.keys(all).length === 0) void save.run();
    else requestAnimationFrame(() => body.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  };
  const leave = (): void => (JSON.stringify(form) === JSON.stringify(first) ? onClose() : setLeaving(true));
  if (secret !== null) return <SecretOnce secret={secret} onClose={onClose} />;
  return (
    <>
      <Sheet
        open
        title={webhook === null ? m.webhooks.addTitle : m.webhooks.editTitle(webhook.label)}
        onClose={leave}
        onSave={submit}
        foot={
          <>
            {save.pending && <p role="status">{m.common.confirmElsewhere}</p>}
            <Button onClick={leave}>{m.common.cancel}</Button>
            <Button look="primary" type="submit" form={id} pending={save.pending}>
              {webhook === null ? m.webhooks.add : m.webhooks.save}
            </Button>
          </>
        }
      >
        <form id={id} ref={body} className={layout.form} noValidate onSubmit={submit}>
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
          <ErrorNote error={save.error} />
        </form>
      </Sheet>
      <LeaveConfirm open={leaving} onLeave={onClose} onStay={() => setLeaving(false)}>
        {m.webhooks.leaveText}
      </LeaveConfirm>
    </>
  );
}
