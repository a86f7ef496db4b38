import type { ContractEvent } from '../../../shared/contract/handlers.ts';
import type { NoticeLink } from '../../../shared/contract/notifications.ts';
import { momentInWords } from '../../../shared/moment-words.ts';
import { NOTICE_WORDS, type NoticeKind } from '../../../shared/notifications.ts';
import { amountInWords, figureInWords } from '../../../shared/quota-words.ts';
import type { MessageData } from '../webhooks/message.ts';
import type { NewNotice } from './notice-table.ts';

/** Something that the owner is told of: as a line, perhaps on the desktop, and to the webhooks that want it. */
export interface Happening {
  /** What makes it the same thing as another: told already, it is not told again. One of several counts as new. */
  readonly keys: readonly string[];
  readonly atMs: number;
  readonly notice: NewNotice;
  /** The same without names and amounts, for a screen that others may see. */
  readonly plain: string;
  /** What a webhook gets: names and figures, never a secret. null: none of them does. */
  readonly data: MessageData | null;
  /** The owner did it in the window just now: the line is read already, and nothing comes up on the desktop. */
  readonly seen?: true;
}

/** What a happening's words need of the vault. */
export interface Known {
  /** "openai/work"; null: it is gone. */
  nameOf(credentialId: string): string | null;
  /** "OpenAI"; the id of one that is gone. */
  providerName(id: string): string;
  readonly zone: string;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** What kind of thing it was, as a sentence. */
export function plainWords(kind: NoticeKind): string {
  const words = NOTICE_WORDS[kind];
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

const HEARD = [
  'quota.warning',
  'quota.adjusted',
  'credentials.died',
  'credential.reported',
  'credential.revoked',
  'client.created',
  'client.revoked',
  'usage.anomaly',
  'usage.unknownModel',
] as const satisfies readonly ContractEvent['event'][];
export type HeardEvent = Extract<ContractEvent, { event: (typeof HEARD)[number] }>;

export function isHeard(event: ContractEvent): event is HeardEvent {
  return (HEARD as readonly string[]).includes(event.event);
}

/** What an event stands for; nothing where what it is about is gone. */
export function happeningsOf(event: HeardEvent, atMs: number, known: Known): Happening[] {
  switch (event.event) {
    case 'quota.warning':
      return [quotaPassed(event.data, atMs, known.zone)];
    case 'quota.adjusted':
      return [quotaAdjusted(event.data, atMs)];
    case 'credentials.died':
      return keysDied(event.data.ids, atMs, known);
    case 'credential.reported':
      return keyReported(event.data, atMs, known);
    case 'credential.revoked':
      return keyRevoked(event.data, atMs, known);
    case 'client.created':
      return [clientCreated(event.data, atMs)];
    case 'client.revoked':
      return [clientRevoked(event.data, atMs)];
    case 'usage.anomaly':
      return [anomaly(event.data, atMs)];
    case 'usage.unknownModel':
      return [unknownModel(event.data, atMs, known)];
  }
}

const seenBy = (by: string): Pick<Happening, 'seen'> => (by === 'ui' ? { seen: true } : {});

type DataOf<E extends ContractEvent['event']> = Extract<ContractEvent, { event: E }>['data'];

function quotaPassed(data: DataOf<'quota.warning'>, atMs: number, zone: string): Happening {
  const { id, name, percent, counts, used, limit, resetsAt } = data;
  const isOver = percent >= 100;
  const kind = isOver ? 'quota.exceeded' : 'quota.warning';
  return {
    keys: [`quota:${id}:${percent}:${resetsAt}`],
    atMs,
    plain: plainWords(kind),
    notice: {
      kind,
      severity: isOver ? 'problem' : 'warning',
      title: isOver ? `The quota “${name}” is used up.` : `The quota “${name}” passed ${percent} %.`,
      detail: `Used: ${figureInWords(used, counts)} of ${amountInWords(limit, counts)}. It begins anew on ${momentInWords(zone, Date.parse(resetsAt))}.`,
      link: { to: 'quota', id },
    },
    data: { quota: { ...data } },
  };
}

function quotaAdjusted({ id, name, counts, from, to, because }: DataOf<'quota.adjusted'>, atMs: number): Happening {
  return {
    keys: [`quota.adjusted:${id}:${from}:${to}:${atMs}`],
    atMs,
    plain: plainWords('quota.adjusted'),
    notice: {
      kind: 'quota.adjusted',
      severity: 'info',
      title: `The limit of the quota “${name}” was set from ${figureInWords(from, counts)} to ${amountInWords(to, counts)}.`,
      detail: because,
      link: { to: 'quota', id },
    },
    data: null,
  };
}

function keysDied(ids: readonly string[], atMs: number, known: Known): Happening[] {
  const keys = namedKeys(ids, known);
  if (keys.length === 0) return [];
  const title = keys.length === 1 ? `The key ${keys[0]?.name} no longer works.` : `${keys.length} keys no longer work.`;
  return [
    {
      // A key that was made to work again may die again: then it is told again, but once a day at most.
      keys: keys.map(({ id }) => `key.died:${id}:${Math.floor(atMs / DAY_MS)}`),
      atMs,
      plain: keys.length === 1 ? plainWords('key.died') : title,
      notice: {
        kind: 'key.died',
        severity: 'problem',
        title,
        detail: `${listed(keys)}The provider refused what worked before. Replace it, or see what the test says.`,
        link: linkTo(keys),
      },
      data: { keys: keys.map(({ id, name }) => ({ id, name })) },
    },
  ];
}

/** The word of a tool, and told as such. */
function keyReported({ id, client }: DataOf<'credential.reported'>, atMs: number, known: Known): Happening[] {
  const name = known.nameOf(id);
  if (name === null) return [];
  return [
    {
      keys: [`key.died:${id}:${Math.floor(atMs / DAY_MS)}`],
      atMs,
      plain: plainWords('key.died'),
      notice: {
        kind: 'key.died',
        severity: 'warning',
        title: `The key ${name} no longer works, says “${client}”.`,
        detail: 'Keyharbor did not ask the provider itself. Test it to be sure.',
        link: { to: 'credential', id },
      },
      data: { keys: [{ id, name }], toldBy: client },
    },
  ];
}

function keyRevoked({ id, by }: DataOf<'credential.revoked'>, atMs: number, known: Known): Happening[] {
  const name = known.nameOf(id);
  if (name === null) return [];
  return [
    {
      keys: [`key.revoked:${id}:${atMs}`],
      atMs,
      plain: plainWords('key.revoked'),
      notice: {
        kind: 'key.revoked',
        severity: 'info',
        title: `The key ${name} was revoked.`,
        detail: 'It is not handed out any more.',
        link: { to: 'credential', id },
      },
      data: { key: { id, name } },
      ...seenBy(by),
    },
  ];
}

function clientCreated({ id, name, by }: DataOf<'client.created'>, atMs: number): Happening {
  return {
    keys: [`client.created:${id}`],
    atMs,
    plain: plainWords('client.created'),
    notice: {
      kind: 'client.created',
      severity: 'info',
      title: `The client “${name}” was let in.`,
      detail: 'It has a token for the local endpoint. If that was not you, revoke it.',
      link: { to: 'client', id },
    },
    data: { client: { id, name } },
    ...seenBy(by),
  };
}

function clientRevoked({ id, name, by }: DataOf<'client.revoked'>, atMs: number): Happening {
  return {
    keys: [`client.revoked:${id}`],
    atMs,
    plain: plainWords('client.revoked'),
    notice: {
      kind: 'client.revoked',
      severity: 'info',
      title: `The client “${name}” was revoked.`,
      detail: 'Its token no longer works.',
      link: { to: 'client', id },
    },
    data: { client: { id, name } },
    ...seenBy(by),
  };
}

function anomaly({ kind, at, subject, text }: DataOf<'usage.anomaly'>, atMs: number): Happening {
  return {
    keys: [`usage.anomaly:${kind}:${subject}:${Math.floor(Date.parse(at) / HOUR_MS)}`],
    atMs,
    plain: plainWords('usage.anomaly'),
    notice: { kind: 'usage.anomaly', severity: 'warning', title: text, detail: '', link: { to: 'usage', at } },
    data: { anomaly: { kind, at, subject, text } },
  };
}

function unknownModel({ provider, model }: DataOf<'usage.unknownModel'>, atMs: number, known: Known): Happening {
  return {
    keys: [`usage.unknownModel:${provider}:${model}`],
    atMs,
    plain: plainWords('usage.unknownModel'),
    notice: {
      kind: 'usage.unknownModel',
      severity: 'info',
      title: `The price of ${model} at ${known.providerName(provider)} is not known.`,
      detail: 'Its calls are counted, and their cost is shown as unknown. Set a price to have it priced.',
      link: { to: 'prices' },
    },
    data: { provider, model },
  };
}

export interface NamedKey {
  readonly id: string;
  readonly name: string;
}

export function namedKeys(ids: readonly string[], known: Known): NamedKey[] {
  return ids.flatMap((id) => {
    const name = known.nameOf(id);
    return name === null ? [] : [{ id, name }];
  });
}

export function linkTo(keys: readonly NamedKey[]): NoticeLink {
  const [only, ...more] = keys;
  return only !== undefined && more.length === 0 ? { to: 'credential', id: only.id } : { to: 'credentials' };
}

/** More than these are counted, not named. */
const LISTED = 5;

/** Which ones, where the title names none. */
export function listed(keys: readonly NamedKey[]): string {
  if (keys.length < 2) return '';
  const names = keys.slice(0, LISTED).map(({ name }) => name);
  const more = keys.length - names.length;
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}. `;
}

/** A delivery that was given up, once a day for each webhook: the rest is in the list of deliveries. */
export function deliveryGivenUp(
  webhook: { readonly id: string; readonly label: string },
  because: string,
  atMs: number,
): Happening {
  const kind: NoticeKind = 'webhook.failed';
  return {
    keys: [`${kind}:${webhook.id}:${because}:${Math.floor(atMs / DAY_MS)}`],
    atMs,
    plain: plainWords(kind),
    notice: {
      kind,
      severity: 'problem',
      title:
        because === 'gone'
          ? `The receiver of the webhook “${webhook.label}” is gone; the webhook is off.`
          : `The webhook “${webhook.label}” could not be delivered.`,
      detail: WHY_DEAD[because] ?? 'See its deliveries.',
      link: { to: 'webhook', id: webhook.id },
    },
    data: null,
  };
}

const WHY_DEAD: Readonly<Record<string, string>> = {
  tries: 'It was tried as often as is reasonable. Look at its deliveries, and send them again when the receiver works.',
  age: 'It is more than a week old. Look at its deliveries, and send them again when the receiver works.',
  gone: 'It answered 410 Gone. Switch the webhook on again when there is a receiver.',
  'queue-full': 'Too much was waiting for it already. Look at its deliveries, and send them again when it works.',
};
