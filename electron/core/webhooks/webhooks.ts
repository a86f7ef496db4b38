import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Output, ParsedInput } from '../../../shared/contract/methods.ts';
import type { Delivery, NewWebhook, WebhookChanges, WebhookSummary } from '../../../shared/contract/notifications.ts';
import { AppError } from '../../../shared/errors.ts';
import { MAX_WEBHOOKS, type WebhookEvent, webhookEvent } from '../../../shared/notifications.ts';
import { appendAudit, type AuditMeta } from '../audit/audit-log.ts';
import type { Clock } from '../seams.ts';
import { wipe } from '../vault/bytes.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { DeliveryQueue, type DeliveryQueueDeps } from './delivery-queue.ts';
import {
  countDeliveries,
  deadIds,
  type DeliveryRow,
  findDelivery,
  insertDelivery,
  listDeliveries,
  pruneDeliveries,
  queueAgain,
} from './delivery-table.ts';
import { deliveryOf, summaryOf } from './described.ts';
import { type MessageData, messageBody, newMessageId } from './message.ts';
import { openSecret, openUrl, sealSecret, sealUrl } from './sealed-webhook.ts';
import { GONE, receiverGone } from './receiver-gone.ts';
import { sendOnce } from './send.ts';
import { formatWebhookSecret, newWebhookSecret } from './signature.ts';
import {
  countEndedSecrets,
  deleteEndedSecrets,
  deleteSecretRow,
  deleteWebhookRow,
  findWebhookByLabel,
  findWebhookRow,
  listSecretRows,
  listWebhookRows,
  putSecretRow,
  putWebhookRow,
  type WebhookRow,
} from './webhook-table.ts';
import { readWebhookUrl, type WebhookUrl } from './webhook-url.ts';

/** With so many waiting for one webhook, the next ones are dead at once. What the owner sends again comes on top. */
const MAX_WAITING = 200;
const HOUR_MS = 3_600_000;
const NOTHING_CHANGED = 'Nothing was changed.';

export interface WebhooksDeps extends Omit<DeliveryQueueDeps, 'random' | 'changed'> {
  readonly clock: Clock;
  readonly random?: () => number;
  readonly changed: () => void;
}

/** The owner's webhooks: where events are sent, signed how, and what became of each. */
export class Webhooks {
  readonly #deps: WebhooksDeps;
  readonly #queue: DeliveryQueue;
  #untilLock = new AbortController();

  constructor(deps: WebhooksDeps) {
    this.#deps = deps;
    this.#queue = new DeliveryQueue({ ...deps, random: deps.random ?? Math.random });
  }

  list(): WebhookSummary[] {
    const vault = this.#deps.vault.opened();
    return listWebhookRows(vault.db).map((row) => summaryOf(vault.db, row, this.#deps.clock.now()));
  }

  /** What an address is, before it is kept. @throws AppError `invalid_input`, `security_violation`. */
  look(url: string, local: boolean): WebhookUrl {
    return readWebhookUrl(url, local);
  }

  /** @throws AppError `invalid_input`, `security_violation`; `conflict` where the label is taken or there are too many. */
  create(input: NewWebhook, actor: string): Output<'webhooks.create'> {
    const { clock } = this.#deps;
    const vault = this.#deps.vault.opened();
    const url = readWebhookUrl(input.url, input.local);
    const secret = newWebhookSecret();
    try {
      const row = vault.write(() => {
        this.#refuseTaken(vault, input.label, null);
        if (listWebhookRows(vault.db).length >= MAX_WEBHOOKS) {
          throw new AppError('conflict', `There are ${MAX_WEBHOOKS} webhooks. None was made.`, 'Remove one first.');
        }
        const owner = { id: randomBytes(16), origin: url.origin, local: input.local ? 1 : 0 } as const;
        const made: WebhookRow = {
          ...owner,
          ...sealUrl(vault, owner, 1, url.href),
          label: input.label,
          shown_url: url.shown,
          events: eventsText(input.events),
          is_on: 1,
          off_because: null,
          created_at_ms: clock.now(),
          last_delivered_at_ms: null,
        };
        putWebhookRow(vault.db, made);
        const sealed = sealSecret(vault, owner, 1, secret);
        putSecretRow(vault.db, made.id, { ...sealed, created_at_ms: clock.now(), ends_at_ms: null });
        this.#audit(vault, made, actor, 'webhook.create', { host: hostOf(made), local: input.local });
        return made;
      });
      this.#deps.changed();
      return { webhook: summaryOf(vault.db, row, this.#deps.clock.now()), secret: formatWebhookSecret(secret) };
    } finally {
      wipe(secret);
    }
  }

  /** Where it would go from now on; null where that stays. @throws as `create`. */
  movedTo(changes: WebhookChanges): { readonly url: WebhookUrl; readonly local: boolean } | null {
    if (changes.url === undefined && changes.local === undefined) return null;
    const vault = this.#deps.vault.opened();
    const row = this.#find(vault, changes.webhook);
    const local = changes.local ?? false; // another address needs the owner's word for itself
    const before = openUrl(vault, row);
    const url = readWebhookUrl(changes.url ?? before, local);
    return url.href === before && local === (row.local === 1) ? null : { url, local };
  }

  /** Only what is given changes. The secrets stay the same and are bound to the new place. @throws as `create`. */
  edit(changes: WebhookChanges, actor: string): WebhookSummary {
    const vault = this.#deps.vault.opened();
    const moved = this.movedTo(changes);
    const row = vault.write(() => {
      const found = this.#find(vault, changes.webhook);
      if (changes.label !== undefined) this.#refuseTaken(vault, changes.label, found.id);
      const on = changes.on ?? found.is_on === 1;
      const edited: WebhookRow = {
        ...found,
        label: changes.label ?? found.label,
        events: changes.events === undefined ? found.events : eventsText(changes.events),
        is_on: on ? 1 : 0,
        off_because: changes.on === undefined ? found.off_because : null,
      };
      const placed = moved === null ? edited : this.#move(vault, edited, moved);
      putWebhookRow(vault.db, placed);
      const meta = { host: hostOf(placed), local: placed.local === 1, on, moved: moved !== null };
      this.#audit(vault, placed, actor, 'webhook.edit', meta);
      return placed;
    });
    this.#deps.changed();
    this.#queue.wake();
    return summaryOf(vault.db, row, this.#deps.clock.now());
  }

  /** With its secrets and all of its deliveries. */
  remove(name: string, actor: string): void {
    const vault = this.#deps.vault.opened();
    vault.write(() => {
      const row = this.#find(vault, name);
      deleteWebhookRow(vault.db, row.id);
      this.#audit(vault, row, actor, 'webhook.remove', { host: hostOf(row) });
    });
    this.#deps.changed();
  }

  /** A new secret. The one before it signs as well until the overlap is over; one before that ends now. */
  rotate({ webhook, overlapHours }: ParsedInput<'webhooks.rotate'>, actor: string): Output<'webhooks.rotate'> {
    const { clock } = this.#deps;
    const vault = this.#deps.vault.opened();
    const secret = newWebhookSecret();
    try {
      const row = vault.write(() => {
        const found = this.#find(vault, webhook);
        const [current, ...older] = listSecretRows(vault.db, found.id);
        for (const { version } of older) deleteSecretRow(vault.db, found.id, version);
        if (current !== undefined && overlapHours > 0) {
          putSecretRow(vault.db, found.id, { ...current, ends_at_ms: clock.now() + overlapHours * HOUR_MS });
        } else if (current !== undefined) deleteSecretRow(vault.db, found.id, current.version);
        const sealed = sealSecret(vault, found, (current?.version ?? 0) + 1, secret);
        putSecretRow(vault.db, found.id, { ...sealed, created_at_ms: clock.now(), ends_at_ms: null });
        this.#audit(vault, found, actor, 'webhook.rotate', { overlapHours });
        return found;
      });
      this.#deps.changed();
      return { webhook: summaryOf(vault.db, row, this.#deps.clock.now()), secret: formatWebhookSecret(secret) };
    } finally {
      wipe(secret);
    }
  }

  /**
   * Sends a message that says it is a test, once, also where the webhook is off. A receiver that says it is gone means
   * that of a test as of any other. @throws AppError `vault_locked`.
   */
  async test(name: string, actor: string): Promise<Delivery> {
    const { clock, version, way, gaveUp, changed } = this.#deps;
    const vault = this.#deps.vault.opened();
    const webhook = this.#find(vault, name);
    const atMs = clock.now();
    const id = newMessageId();
    const body = messageBody(id, 'webhook.test', atMs, { text: 'A test from Keyharbor.' });
    vault.write(() => this.#audit(vault, webhook, actor, 'webhook.test', { host: hostOf(webhook) }));
    const { signal } = this.#untilLock;
    const options = { clock, version, way: way(), signal };
    const sent = await sendOnce(vault, webhook, { id, body }, options).catch((error: unknown) => {
      if (signal.aborted) throw new AppError('vault_locked', 'The vault was locked meanwhile.', 'Unlock it first.');
      throw error;
    });
    const good = sent.try.problem === null;
    const isGone = sent.try.status === GONE;
    const row: DeliveryRow = {
      id,
      webhook_id: webhook.id,
      type: 'webhook.test',
      body,
      created_at_ms: atMs,
      queued_at_ms: atMs,
      state: good ? 'delivered' : 'dead',
      tries: 1,
      log: JSON.stringify([sent.try]),
      next_try_at_ms: null,
      finished_at_ms: clock.now(),
      dead_because: good ? null : isGone ? 'gone' : 'test',
    };
    const wasOn = this.#deps.vault.opened().write(() => {
      const now = findWebhookRow(vault.db, webhook.id);
      if (now !== undefined) insertDelivery(vault.db, row);
      const isLeaving = isGone && now?.is_on === 1;
      if (isLeaving) receiverGone(vault, clock, webhook.id);
      pruneDeliveries(vault.db);
      return isLeaving;
    });
    if (wasOn) gaveUp(webhook, row);
    changed();
    return deliveryOf(row, webhook.label);
  }

  deliveries({ webhook, state, limit }: ParsedInput<'webhooks.deliveries'>): Delivery[] {
    const { db } = this.#deps.vault.opened();
    const labels = new Map(listWebhookRows(db).map((row) => [row.id.toString('hex'), row.label]));
    const webhookId = webhook === undefined ? null : this.#find(this.#deps.vault.opened(), webhook).id;
    return listDeliveries(db, { webhookId, state: state ?? null, limit }).map((row) =>
      deliveryOf(row, labels.get(row.webhook_id.toString('hex')) ?? ''),
    );
  }

  /** @returns how many were put into the queue again; what waits already is left alone. @throws AppError `not_found`. */
  redeliver(wanted: ParsedInput<'webhooks.redeliver'>, actor: string): number {
    const { clock, changed } = this.#deps;
    const vault = this.#deps.vault.opened();
    const queued = vault.write(() => {
      const ids = 'ids' in wanted ? wanted.ids : this.#deadOf(vault, wanted.webhook);
      for (const id of ids) {
        if (findDelivery(vault.db, id) === undefined) {
          throw new AppError(
            'not_found',
            `There is no such delivery. ${NOTHING_CHANGED}`,
            'See "keyharbor webhook deliveries".',
          );
        }
      }
      const count = ids.filter((id) => queueAgain(vault.db, id, clock.now())).length;
      appendAudit(vault, clock, { actor, action: 'webhook.redeliver', result: 'ok', meta: { count } });
      return count;
    });
    changed();
    this.#queue.wake();
    return queued;
  }

  /**
   * Puts an event into the queue of each webhook that wants it. Call it inside `vault.write`, and `wake` after.
   * @returns those whose queue is full: what was for them is dead. Let the oldest dead ones go after it: `prune`.
   */
  enqueue(vault: OpenVault, type: WebhookEvent, atMs: number, data: MessageData): WebhookRow[] {
    const full: WebhookRow[] = [];
    for (const webhook of listWebhookRows(vault.db)) {
      if (webhook.is_on === 0 || !eventsOf(webhook).includes(type)) continue;
      const isFull = countDeliveries(vault.db, webhook.id, 'waiting') >= MAX_WAITING;
      const id = newMessageId();
      const nowMs = this.#deps.clock.now();
      insertDelivery(vault.db, {
        id,
        webhook_id: webhook.id,
        type,
        body: messageBody(id, type, atMs, data),
        created_at_ms: atMs,
        queued_at_ms: nowMs,
        state: isFull ? 'dead' : 'waiting',
        tries: 0,
        log: '[]',
        next_try_at_ms: isFull ? null : nowMs,
        finished_at_ms: isFull ? nowMs : null,
        dead_because: isFull ? 'queue-full' : null,
      });
      if (isFull) full.push(webhook);
    }
    return full;
  }

  /** Lets go of the oldest deliveries that are over. Call it inside `vault.write`. */
  prune(vault: OpenVault): void {
    pruneDeliveries(vault.db);
  }

  wake(): void {
    this.#queue.wake();
  }

  unlocked(): void {
    this.#untilLock = new AbortController();
    try {
      const vault = this.#deps.vault.opened();
      const nowMs = this.#deps.clock.now();
      if (countEndedSecrets(vault.db, nowMs) > 0) vault.write(() => deleteEndedSecrets(vault.db, nowMs));
    } catch {
      this.#deps.log.warn('webhooks.secrets-not-swept'); // they sign no more all the same
    }
    this.#queue.unlocked();
  }

  /** Whatever is on its way is cut, and stays in the queue. */
  locking(): void {
    this.#untilLock.abort();
    this.#queue.locking();
  }

  /** Resolves when nothing is on its way. */
  settled(): Promise<void> {
    return this.#queue.settled();
  }

  #move(vault: OpenVault, row: WebhookRow, to: { readonly url: WebhookUrl; readonly local: boolean }): WebhookRow {
    const owner = { id: row.id, origin: to.url.origin, local: to.local ? 1 : 0 } as const;
    for (const secret of listSecretRows(vault.db, row.id)) {
      const bytes = openSecret(vault, row, secret);
      try {
        putSecretRow(vault.db, row.id, { ...secret, ...sealSecret(vault, owner, secret.version, bytes) });
      } finally {
        wipe(bytes);
      }
    }
    const sealed = sealUrl(vault, owner, row.url_version + 1, to.url.href);
    return { ...row, ...owner, ...sealed, shown_url: to.url.shown };
  }

  #find(vault: OpenVault, name: string): WebhookRow {
    const byId = /^[0-9a-f]{32}$/.test(name) ? findWebhookRow(vault.db, Buffer.from(name, 'hex')) : undefined;
    const found = byId ?? findWebhookByLabel(vault.db, name);
    if (found !== undefined) return found;
    throw new AppError('not_found', `There is no such webhook. ${NOTHING_CHANGED}`, 'See "keyharbor webhook list".');
  }

  #deadOf(vault: OpenVault, name: string): string[] {
    const { id } = this.#find(vault, name);
    return deadIds(vault.db, id);
  }

  #refuseTaken(vault: OpenVault, label: string, own: Buffer | null): void {
    const found = findWebhookByLabel(vault.db, label);
    const isId = /^[0-9a-f]{32}$/.test(label);
    if (!isId && (found === undefined || (own !== null && found.id.equals(own)))) return;
    throw new AppError('conflict', `There is a webhook of this name. ${NOTHING_CHANGED}`, 'Choose another label.');
  }

  #audit(vault: OpenVault, row: WebhookRow, actor: string, action: string, meta: AuditMeta): void {
    appendAudit(vault, this.#deps.clock, { actor, action, target: row.id.toString('hex'), result: 'ok', meta });
  }
}

const eventNames = z.array(webhookEvent);

/** Each once, in the order of the list of events. */
function eventsText(events: readonly WebhookEvent[]): string {
  return JSON.stringify(webhookEvent.options.filter((event) => events.includes(event)));
}

function eventsOf(row: WebhookRow): WebhookEvent[] {
  return eventNames.parse(JSON.parse(row.events));
}

const hostOf = (row: WebhookRow): string => new URL(row.origin).host;
