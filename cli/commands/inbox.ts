import type { Command } from 'commander';
import type { Notice, NoticeCounts } from '../../shared/contract/notifications.ts';
import { MAX_NOTICES } from '../../shared/notifications.ts';
import { connectAgent } from '../connect.ts';
import { usage } from '../fail.ts';
import { note, print, printJson, write } from '../output.ts';
import { plain, terminalWidth, textWidth } from '../table.ts';
import { momentIn, remarkOfZone, zoneOf } from '../zone-times.ts';

interface Json {
  readonly json?: boolean;
}

interface ListOptions extends Json {
  readonly unread?: boolean;
  readonly snoozed?: boolean;
}

async function list({ unread, snoozed, json }: ListOptions): Promise<void> {
  if (unread && snoozed) throw usage('--unread and --snoozed do not go together.');
  const view = unread ? 'unread' : snoozed ? 'snoozed' : 'inbox';
  const agent = await connectAgent();
  const found = await agent.call('notifications.list', { view });
  const zone = await zoneOf(agent);
  agent.close();
  if (json) return printJson(found);
  const { notices, counts } = found;
  if (notices.length === 0) note(view === 'inbox' ? 'The inbox is empty.' : `No ${view} lines.`);
  else write(notices.map((one) => `${lineOf(one, zone)}\n`).join(''));
  if (notices.length > 0) remarkOfZone(zone);
  if (view !== 'snoozed' && counts.snoozed > 0) note(`${counts.snoozed} snoozed: keyharbor inbox list --snoozed`);
}

/** A line is a sentence: it is not cut to a column, but wraps under its beginning. */
function lineOf({ id, at, readAt, snoozedUntil, title, detail }: Notice, zone: string): string {
  const mark = readAt === null && snoozedUntil === null ? '*' : ' ';
  const head = `${String(id).padStart(4)} ${mark} ${momentIn(zone, at)}  `;
  const until = snoozedUntil === null ? '' : ` (until ${momentIn(zone, snoozedUntil)})`;
  const text = plain(`${title}${until}${detail === '' ? '' : ` ${detail}`}`);
  return head + wrapped(text, terminalWidth(), head.length);
}

function wrapped(text: string, columns: number | null, indent: number): string {
  if (columns === null || columns - indent < 20) return text;
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || textWidth(last) + textWidth(word) + 1 > columns - indent) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.join(`\n${' '.repeat(indent)}`);
}

interface Chosen extends Json {
  readonly all?: boolean;
}

/** null: all of the inbox. @throws AppError `invalid_input`. */
function chosen(given: readonly string[], all: boolean): number[] | null {
  if (all === given.length > 0) throw usage('Give the numbers of lines, or --all.', 'See "keyharbor inbox".');
  if (all) return null;
  const ids = given.map((text) => (/^[1-9][0-9]{0,14}$/.test(text) ? Number(text) : Number.NaN));
  if (ids.some(Number.isNaN)) throw usage('A line is named by its number.', 'See "keyharbor inbox".');
  if (ids.length > MAX_NOTICES) throw usage(`At most ${MAX_NOTICES} lines at once.`, 'Or give --all.');
  return ids;
}

function tell(counts: NoticeCounts, json: boolean | undefined): void {
  if (json) printJson(counts);
  else print(`In the inbox: ${counts.inbox}, unread: ${counts.unread}, snoozed: ${counts.snoozed}.`);
}

async function read(given: readonly string[], options: Chosen & { readonly unread?: boolean }): Promise<void> {
  const ids = chosen(given, options.all === true);
  const agent = await connectAgent();
  const counts = await agent.call('notifications.mark', { ids, read: options.unread !== true });
  agent.close();
  tell(counts, options.json);
}

async function dismiss(given: readonly string[], { all, json }: Chosen): Promise<void> {
  const ids = chosen(given, all === true);
  const agent = await connectAgent();
  const counts = await agent.call('notifications.dismiss', { ids });
  agent.close();
  tell(counts, json);
}

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };

/** "4h" or "3d" in milliseconds. @throws AppError `invalid_input`. */
export function parseSnooze(text: string): number {
  const [, count, unit = ''] = /^([1-9][0-9]{0,2})([mhdw])$/.exec(text) ?? [];
  const ms = Number(count) * (UNIT_MS[unit] ?? Number.NaN);
  if (ms > 0) return ms;
  throw usage('--for takes a time.', 'For example 30m, 4h, 3d or 1w.');
}

interface SnoozeOptions extends Json {
  readonly for?: string;
  readonly back?: boolean;
}

async function snooze(given: readonly string[], options: SnoozeOptions): Promise<void> {
  if ((options.for === undefined) === (options.back === undefined)) throw usage('Give --for TIME, or --back.');
  const ids = chosen(given, false) ?? [];
  const until = options.for === undefined ? null : new Date(Date.now() + parseSnooze(options.for)).toISOString();
  const agent = await connectAgent();
  const counts = await agent.call('notifications.snooze', { ids, until });
  agent.close();
  tell(counts, options.json);
}

export function register(program: Command): void {
  const inbox = program.command('inbox').description('what happened: quotas, keys, clients, webhooks');
  inbox
    .command('list', { isDefault: true })
    .description('list the lines, newest first; * marks what is unread')
    .option('--unread', 'only what is unread')
    .option('--snoozed', 'what comes back later')
    .option('--json', 'as JSON')
    .action(list);
  inbox
    .command('read')
    .description('mark lines as read')
    .argument('[line...]', 'their numbers')
    .option('--all', 'all of them')
    .option('--unread', 'mark as unread instead')
    .option('--json', 'as JSON')
    .action(read);
  inbox
    .command('snooze')
    .description('put lines away for a time')
    .argument('<line...>', 'their numbers')
    .option('--for <time>', 'for how long: 30m, 4h, 3d, 1w')
    .option('--back', 'back into the inbox now')
    .option('--json', 'as JSON')
    .action(snooze);
  inbox
    .command('dismiss')
    .description('take lines out of the inbox; the same thing is not told again')
    .argument('[line...]', 'their numbers')
    .option('--all', 'all of them')
    .option('--json', 'as JSON')
    .action(dismiss);
}
