import { AppError } from '../../../shared/errors.ts';
import type { App } from '../../core/app.ts';
import type { WebhookUrl } from '../../core/webhooks/webhook-url.ts';
import type { Area } from '../caller.ts';

export function notificationHandlers({ notifications }: App): Area<'notifications'> {
  const { inbox } = notifications;
  return {
    'notifications.list': (query) => inbox.list(query),
    'notifications.count': () => inbox.counts(),
    'notifications.mark': (input) => inbox.mark(input),
    'notifications.snooze': (input) => inbox.snooze(input),
    'notifications.dismiss': (input) => inbox.dismiss(input),
    'notifications.preferences': () => notifications.preferences(),
    'notifications.setPreferences': (changes, { actor }) => notifications.setPreferences(changes, actor),
  };
}

export function webhookHandlers(app: App): Area<'webhooks'> {
  const { webhooks } = app.notifications;
  return {
    'webhooks.list': () => webhooks.list(),
    'webhooks.create': async (input, { actor, caller }) => {
      if (caller === 'window') await confirmTarget(app, webhooks.look(input.url, input.local), input.local);
      return webhooks.create(input, actor);
    },
    'webhooks.edit': async (changes, { actor, caller }) => {
      const moved = caller === 'window' ? webhooks.movedTo(changes) : null;
      if (moved !== null) await confirmTarget(app, moved.url, moved.local);
      return webhooks.edit(changes, actor);
    },
    'webhooks.remove': ({ webhook }, { actor }) => {
      webhooks.remove(webhook, actor);
      return {};
    },
    'webhooks.rotate': (input, { actor }) => webhooks.rotate(input, actor),
    'webhooks.test': ({ webhook }, { actor }) => webhooks.test(webhook, actor),
    'webhooks.deliveries': (query) => webhooks.deliveries(query),
    'webhooks.redeliver': (wanted, { actor }) => ({ queued: webhooks.redeliver(wanted, actor) }),
  };
}

/**
 * A page may be led astray: names of keys and what they cost would leave this computer. From a window each new address
 * needs a yes outside the page (SECURITY-DESIGN.md T6); on the command line the address, and `--local`, are the consent.
 */
async function confirmTarget(app: App, url: WebhookUrl, local: boolean): Promise<void> {
  const agreed = await app.confirm({
    title: 'Send events to this address?',
    message: `Events with names of keys and clients, and what they cost, would go to ${new URL(url.origin).host}${local ? ', on this computer or network' : ''}. Never a key itself.`,
    detail: url.shown,
    accept: 'Send events there',
  });
  if (!agreed) throw new AppError('forbidden', 'The address was declined. Nothing was changed.');
}
