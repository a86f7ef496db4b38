import type { Command } from 'commander';
import type { Delivery, WebhookSummary } from '../../shared/contract/notifications.ts';
import {
  DEFAULT_OVERLAP_HOURS,
  MAX_OVERLAP_HOURS,
  NOTICE_WORDS,
  WEBHOOK_EVENTS,
  type WebhookEvent,
} from '../../shared/notifications.ts';
import { PROBLEM_WORDS } from '../../shared/delivery-problem-words.ts';
import { connectAgent } from '../connect.ts';
import { Exit, usage } from '../fail.ts';
import { note, print, printJson, write } from '../output.ts';
import { readValues } from '../stdin.ts';
import { fittingTable, plain, table, terminalWidth } from '../table.ts';
import { tellLeftOut } from '../usage-format.ts';
import { momentIn, remarkOfZone, secondsIn, zoneOf } from '../zone-times.ts';

interface Json {
  readonly json?: boolean;
}

/** "all", or names with commas between them. @throws AppError `invalid_input`. */
export function parseEvents(text: string): WebhookEvent[] {
  if (text === 'all') return [...WEBHOOK_EVENTS];
  return text.split(',').map((name) => {
    const event = WEBHOOK_EVENTS.find((known) => known === name.trim());
    if (event === undefined) throw usage('There is no such event.', `Events: all, or of ${WEBHOOK_EVENTS.join(', ')}.`);
    return event;
  });
}

/** "24h" or "7d" in hours. @throws AppError `invalid_input`. */
export function parseOverlap(text: string): number {
  const [, count, unit] = /^([0-9]{1,3})([hd])$/.exec(text) ?? [];
  const hours = Number(count) * (unit === 'd' ? 24 : 1);
  if (hours >= 0 && hours <= MAX_OVERLAP_HOURS) return hours;
  throw usage(`--overlap takes a time from 0h to ${MAX_OVERLAP_HOURS / 24}d.`, 'For example 24h or 3d.');
}

interface AddOptions extends Json {
  readonly label: string;
  readonly events: string;
  readonly local?: boolean;
}

async function add(url: string, { label, events, local, json }: AddOptions): Promise<void> {
  const wanted = { url: await urlFrom(url), label, events: parseEvents(events), local: local === true };
  const agent = await connectAgent();
  const made = await agent.call('webhooks.create', wanted);
  agent.close();
  if (json) return printJson(made);
  print(made.secret);
  if (process.stdout.isTTY) {
    note(`Shown this once: give it to the receiver. Try it: keyharbor webhook test ${plain(made.webhook.label)}`);
  }
}

/** Many receivers put a secret into the address: `-` reads it from stdin, so that it stands in no list of processes. */
async function urlFrom(given: string): Promise<string> {
  return given === '-' ? ((await readValues(['the address']))[0] ?? '') : given;
}

async function list({ json }: Json): Promise<void> {
  const agent = await connectAgent();
  const webhooks = await agent.call('webhooks.list', {});
  agent.close();
  if (json) return printJson(webhooks);
  if (webhooks.length === 0) return note('No webhooks. Make one: keyharbor webhook add URL --label NAME --events all');
  write(table(['LABEL', 'STATE', 'ADDRESS', 'EVENTS', 'WAITING', 'DEAD'], webhooks.map(row), terminalWidth()));
}

function row({ label, on, offBecause, shownUrl, events, waiting, dead }: WebhookSummary): readonly string[] {
  const state = on ? 'on' : offBecause === null ? 'off' : `off (${offBecause})`;
  const wanted = events.length === WEBHOOK_EVENTS.length ? 'all' : events.join(',');
  return [label, state, shownUrl, wanted, String(waiting), String(dead)];
}

interface EditOptions extends Json {
  readonly url?: string;
  readonly label?: string;
  readonly events?: string;
  readonly local?: boolean;
  readonly on?: boolean;
  readonly off?: boolean;
}

async function edit(webhook: string, { url, label, events, local, on, off, json }: EditOptions): Promise<void> {
  if (on && off) throw usage('--on and --off do not go together.');
  const changes = {
    webhook,
    ...(url === undefined ? {} : { url: await urlFrom(url) }),
    ...(local === undefined ? {} : { local }),
    ...(label === undefined ? {} : { label }),
    ...(events === undefined ? {} : { events: parseEvents(events) }),
    ...(on || off ? { on: on === true } : {}),
  };
  if (Object.keys(changes).length === 1) {
    throw usage('There is nothing to change.', 'Give an option: see "keyharbor webhook edit --help".');
  }
  const agent = await connectAgent();
  const edited = await agent.call('webhooks.edit', changes);
  agent.close();
  if (json) return printJson(edited);
  const [label2, state, address, wanted] = row(edited).map(plain);
  print(`${label2} is ${state}: ${wanted} to ${address}`);
}

async function remove(webhook: string, { json }: Json): Promise<void> {
  const agent = await connectAgent();
  const known = json ? await agent.call('webhooks.list', {}) : [];
  await agent.call('webhooks.remove', { webhook });
  agent.close();
  const one = known.find(({ id, label }) => id === webhook || label === webhook);
  if (json) printJson({ removed: { id: one?.id ?? null, label: one?.label ?? webhook } });
  else print('The webhook is removed, with its secret and its deliveries.');
}

async function rotate(webhook: string, { overlap, json }: Json & { readonly overlap?: string }): Promise<void> {
  const overlapHours = overlap === undefined ? DEFAULT_OVERLAP_HOURS : parseOverlap(overlap);
  const agent = await connectAgent();
  const rotated = await agent.call('webhooks.rotate', { webhook, overlapHours });
  const zone = await zoneOf(agent);
  agent.close();
  if (json) return printJson(rotated);
  print(rotated.secret);
  if (!process.stdout.isTTY) return;
  const until = rotated.webhook.oldSecretUntil;
  note(
    `Shown this once. The one before it ${until === null ? 'no longer signs' : `signs too until ${momentIn(zone, until)}`}.`,
  );
}

/** Exit code 6 where the receiver did not take it, as for a provider that says no. */
async function test(webhook: string, { json }: Json): Promise<void> {
  const agent = await connectAgent();
  const sent = await agent.call('webhooks.test', { webhook });
  const zone = await zoneOf(agent);
  agent.close();
  if (json) printJson(sent);
  else print(`${plain(sent.label)}: ${outcome(sent, zone)}`);
  if (sent.state !== 'delivered') throw new Exit(6);
}

interface DeliveriesOptions extends Json {
  readonly state?: string;
  readonly limit?: string;
}

const STATES = ['waiting', 'delivered', 'dead'] as const;

async function deliveries(webhook: string | undefined, options: DeliveriesOptions): Promise<void> {
  const state = STATES.find((known) => known === options.state);
  if (state === undefined && options.state !== undefined) {
    throw usage('There is no such state.', `States: ${STATES.join(', ')}.`);
  }
  const limit = options.limit === undefined ? undefined : Number(options.limit);
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1 && limit <= 200)) {
    throw usage('--limit takes a number from 1 to 200.');
  }
  const agent = await connectAgent();
  const found = await agent.call('webhooks.deliveries', {
    ...(webhook === undefined ? {} : { webhook }),
    ...(state === undefined ? {} : { state }),
    ...(limit === undefined ? {} : { limit }),
  });
  const zone = await zoneOf(agent);
  agent.close();
  if (options.json) return printJson(found);
  if (found.length === 0) return note('No deliveries.');
  const rows = found.map((each) => [
    each.id,
    each.label,
    each.type,
    secondsIn(zone, each.createdAt),
    outcome(each, zone),
  ]);
  const { text, leftOut } = fittingTable(['ID', 'WEBHOOK', 'EVENT', 'AT', 'OUTCOME'], rows, terminalWidth(), {
    mayGo: [1, 2],
  });
  write(text);
  tellLeftOut(leftOut, '--json');
  remarkOfZone(zone);
}

function outcome({ state, tries, log, nextTryAt, deadBecause }: Delivery, zone: string): string {
  const [last] = log;
  const told =
    last === undefined
      ? ''
      : last.status === null
        ? PROBLEM_WORDS[last.problem ?? 'broken']
        : `answered ${last.status}`;
  if (state === 'delivered') return `delivered, ${told} after ${last?.latencyMs ?? 0} ms`;
  if (deadBecause === 'test') return `not taken: ${told}`;
  if (deadBecause === 'gone') return 'dead: the receiver answered 410, so the webhook was switched off';
  const count = tries === 1 ? '1 try' : `${tries} tries`;
  if (state === 'dead')
    return deadBecause === 'queue-full' ? 'dead: too much was waiting' : `dead after ${count}: ${told}`;
  return tries === 0 ? 'waiting' : `${told}, again at ${secondsIn(zone, nextTryAt)} (${count})`;
}

interface RedeliverOptions extends Json {
  readonly webhook?: string;
}

async function redeliver(ids: readonly string[], { webhook, json }: RedeliverOptions): Promise<void> {
  if ((webhook === undefined) === (ids.length === 0)) {
    throw usage('Name deliveries, or a webhook for all of its dead ones.', 'See "keyharbor webhook deliveries".');
  }
  const wrong = ids.find((id) => !/^msg_[0-9A-Za-z]{24}$/.test(id));
  if (wrong !== undefined) {
    throw usage(
      `${plain(wrong)} is no id of a delivery. Nothing was sent again.`,
      'They begin with msg_: see "keyharbor webhook deliveries". For all dead ones: --webhook NAME.',
    );
  }
  const agent = await connectAgent();
  const result = await agent.call('webhooks.redeliver', webhook === undefined ? { ids: [...ids] } : { webhook });
  agent.close();
  if (json) printJson(result);
  else print(result.queued === 1 ? '1 delivery is queued again.' : `${result.queued} deliveries are queued again.`);
}

export function register(program: Command): void {
  const webhook = program.command('webhook').description('addresses that are told what happens, signed');
  webhook
    .command('add')
    .description('tell an address of events; prints its secret once, alone')
    .argument('<url>', 'https address of the receiver; - reads it from stdin')
    .requiredOption('--label <name>', 'a name for it')
    .requiredOption('--events <events>', 'all, or some with commas between them: see below')
    .option('--local', 'the address is on this computer or network; http is allowed then')
    .option('--json', 'as JSON')
    .addHelpText('after', `\nEvents:\n${eventsHelp()}`)
    .action(add);
  webhook.command('list').description('list webhooks; never a secret').option('--json', 'as JSON').action(list);
  webhook
    .command('edit')
    .description('change a webhook, or switch it on or off')
    .argument('<webhook>', 'its label or id')
    .option('--url <url>', 'another address (- reads it from stdin); the secret stays')
    .option('--local', 'the address is on this computer or network')
    .option('--label <name>', 'another name')
    .option('--events <events>', 'these instead')
    .option('--on', 'send to it')
    .option('--off', 'send nothing; what waits stays in the queue')
    .option('--json', 'as JSON')
    .action(edit);
  webhook
    .command('remove')
    .description('remove a webhook, its secret and its deliveries')
    .argument('<webhook>', 'its label or id')
    .option('--json', 'as JSON')
    .action(remove);
  webhook
    .command('rotate')
    .description('a new secret, printed once, alone; the old one signs beside it for a while')
    .argument('<webhook>', 'its label or id')
    .option('--overlap <time>', 'for how long both sign: 24h if left out, 0h to 7d')
    .option('--json', 'as JSON')
    .action(rotate);
  webhook
    .command('test')
    .description('send a test, once; exit code 6 where it was not taken')
    .argument('<webhook>', 'its label or id')
    .option('--json', 'as JSON')
    .action(test);
  webhook
    .command('deliveries')
    .description('what was sent, what waits, what was given up')
    .argument('[webhook]', 'of this one only: its label or id')
    .option('--state <state>', STATES.join(', '))
    .option('--limit <n>', 'at most this many: 100 if left out, at most 200')
    .option('--json', 'as JSON')
    .action(deliveries);
  webhook
    .command('redeliver')
    .description('send deliveries again, under the same ids')
    .argument('[delivery...]', 'their ids')
    .option('--webhook <webhook>', 'all dead ones of this webhook, but for tests')
    .option('--json', 'as JSON')
    .action(redeliver);
}

function eventsHelp(): string {
  return WEBHOOK_EVENTS.map((event) => `  ${event.padEnd(20)} ${NOTICE_WORDS[event]}`).join('\n');
}
