import type { Command } from 'commander';
import type { AuditEntry, AuditFilter } from '../../shared/contract/audit.ts';
import { factsInWords } from '../../shared/audit-facts.ts';
import { AUDIT_AREAS, actorWords, auditWords } from '../../shared/audit-words.ts';
import { AppError } from '../../shared/errors.ts';
import type { AgentClient } from '../agent-client.ts';
import { connectAgent } from '../connect.ts';
import { type Span, spanOf } from '../date-words.ts';
import { usage } from '../fail.ts';
import { note, print, printJson, write } from '../output.ts';
import { fittingTable, terminalWidth } from '../table.ts';
import { tellLeftOut } from '../usage-format.ts';
import { momentIn, remarkOfZone, zoneOf } from '../zone-times.ts';

const RESULTS = ['ok', 'refused', 'failed'] as const;
const DOORS: Readonly<Record<string, string>> = { window: 'ui', cli: 'cli', keyharbor: 'system' };
const PAGE = 200;

interface FilterOptions {
  readonly area?: string;
  readonly who?: string;
  readonly result?: string;
  readonly from?: string;
  readonly to?: string;
}

interface ListOptions extends FilterOptions {
  readonly limit: string;
  readonly json?: boolean;
}

async function list(options: ListOptions): Promise<void> {
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100_000) {
    throw usage('--limit takes a number from 1 to 100000.');
  }
  const agent = await connectAgent();
  const zone = await zoneOf(agent);
  const filter = await filterOf(agent, options, zone);
  const entries: AuditEntry[] = [];
  let more = true;
  while (more && entries.length < limit) {
    const before = entries.at(-1)?.seq;
    const page = await agent.call('audit.list', {
      filter,
      limit: Math.min(PAGE, limit - entries.length),
      ...(before === undefined ? {} : { before }),
    });
    entries.push(...page.entries);
    more = page.more;
  }
  agent.close();
  if (options.json) return printJson(entries);
  if (entries.length === 0) return note('Nothing fits.');
  const { text, leftOut } = fittingTable(
    HEADING,
    entries.map((entry) => row(entry, zone)),
    terminalWidth(),
    { words: [2], mayGo: [6] },
  );
  write(text);
  tellLeftOut(leftOut, '--json');
  remarkOfZone(zone);
  if (more) note(`Older ones fit as well: --limit ${limit * 10} shows more of them.`);
}

const HEADING = ['NO.', 'TIME', 'WHO', 'WHAT', 'ON', 'RESULT', 'FACTS'];

function row(entry: AuditEntry, zone: string): readonly string[] {
  const { seq, at, action, target, targetName, result, meta } = entry;
  return [
    String(seq),
    momentIn(zone, at),
    actorWords(entry),
    auditWords(action),
    targetName ?? target,
    result,
    factsInWords(meta, targetName, (moment) => momentIn(zone, moment)),
  ];
}

async function verify(options: { readonly json?: boolean }): Promise<void> {
  const agent = await connectAgent();
  const verdict = await agent.call('audit.verify', {});
  agent.close();
  if (options.json) printJson(verdict);
  if (verdict.firstBad !== null) {
    throw new AppError(
      'integrity_failure',
      `The audit log was changed from outside: entry ${verdict.firstBad} does not follow from the ones before.`,
      'Compare it with a copy: "keyharbor audit export" of an earlier day, or a backup.',
    );
  }
  if (options.json) return;
  const count = verdict.entries === 1 ? '1 entry' : `${verdict.entries} entries`;
  print(`The log is whole: ${count}, each follows from the one before.`);
}

async function save(options: FilterOptions): Promise<void> {
  const agent = await connectAgent();
  const filter = await filterOf(agent, options, await zoneOf(agent));
  for (let after: number | null = 0; after !== null; ) {
    const piece: { readonly entries: readonly object[]; readonly next: number | null } = await agent.call(
      'audit.export',
      { filter, after },
    );
    write(piece.entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    after = piece.next;
  }
  agent.close();
}

async function filterOf(agent: AgentClient, options: FilterOptions, zone: string): Promise<AuditFilter> {
  const area = AUDIT_AREAS.find((known) => known === options.area);
  if (options.area !== undefined && area === undefined) {
    throw usage('This area is not known.', `Areas: ${AUDIT_AREAS.join(', ')}.`);
  }
  const result = RESULTS.find((known) => known === options.result);
  if (options.result !== undefined && result === undefined) {
    throw usage('This result is not known.', `Results: ${RESULTS.join(', ')}.`);
  }
  const range = rangeOf(options, zone);
  const actor = options.who === undefined ? undefined : await actorOf(agent, options.who);
  const given = { area, result, actor, ...range };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** One of the owner's doors, or a client by name or id. */
async function actorOf(agent: AgentClient, who: string): Promise<string> {
  const door = DOORS[who];
  if (door !== undefined) return door;
  const clients = await agent.call('clients.list', {});
  const found = clients.find(({ id, name }) => id === who || name === who);
  if (found !== undefined) return found.id;
  throw new AppError(
    'not_found',
    'Nobody of this name is known.',
    `Give ${Object.keys(DOORS).join(', ')}, or a client: its name or id.`,
  );
}

/** The options `--from` and `--to` in words of the contract. @throws AppError `invalid_input`. */
function rangeOf({ from, to }: FilterOptions, zone: string): Pick<AuditFilter, 'from' | 'to'> {
  const startMs = from === undefined ? undefined : moment(from, '--from', zone).startMs;
  const endMs = to === undefined ? undefined : moment(to, '--to', zone).endMs;
  if (startMs !== undefined && endMs !== undefined && startMs > endMs) {
    throw usage('The period ends before it begins. Nothing was looked up.', 'Swap --from and --to.');
  }
  return {
    ...(startMs === undefined ? {} : { from: new Date(startMs).toISOString() }),
    ...(endMs === undefined ? {} : { to: new Date(endMs).toISOString() }),
  };
}

function moment(text: string, option: string, zone: string): Span {
  const span = spanOf(text, zone);
  if (span !== null) return span;
  throw usage(
    `${option} is no day and no time.`,
    'Write a day as 2026-11-20, a time as 2026-11-20T14:00:00Z, or a word: 24h, 7d, today, yesterday.',
  );
}

function withFilters(command: Command): Command {
  return command
    .option('--area <area>', AUDIT_AREAS.join(', '))
    .option('--who <who>', `${Object.keys(DOORS).join(', ')}, or a client`)
    .option('--result <result>', RESULTS.join(', '))
    .option('--from <day>', 'first day (2026-11-20), a time, or a word: 24h, 7d, today, yesterday')
    .option('--to <day>', 'last day, a time or a word');
}

export function register(program: Command): void {
  const audit = program.command('audit').description('the log of what was done: who, what, with which key, and when');
  withFilters(audit.command('list', { isDefault: true }).description('list entries, the newest first'))
    .option('--limit <number>', 'how many', '50')
    .option('--json', 'as JSON')
    .action(list);
  audit
    .command('verify')
    .description('check that no entry was changed, added or taken out')
    .option('--json', 'as JSON')
    .action(verify);
  withFilters(audit.command('export').description('print the log with its chain, a JSON object a line')).action(save);
}
