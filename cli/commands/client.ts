import type { Command } from 'commander';
import type { ClientSummary } from '../../shared/contract/schemas.ts';
import { parseGrant } from '../../shared/grant.ts';
import { endOf } from '../client-options.ts';
import { connectAgent } from '../connect.ts';
import { usage } from '../fail.ts';
import { note, print, printJson, write } from '../output.ts';
import { fittingTable, plain, terminalWidth } from '../table.ts';
import { tellLeftOut } from '../usage-format.ts';
import { endIn, momentIn, remarkOfZone, zoneOf } from '../zone-times.ts';

interface AddOptions {
  readonly grant: readonly string[];
  readonly expires?: string;
  readonly rate?: string;
  readonly test?: boolean;
  readonly json?: boolean;
}

const DAYS_PER_UNIT: Readonly<Record<string, number>> = { d: 1, w: 7, y: 365 };

/** "30d", "12w" or "1y" in days. @throws AppError `invalid_input`. */
export function parseDays(text: string): number {
  const [, count, unit = ''] = /^([1-9][0-9]{0,3})([dwy])$/.exec(text) ?? [];
  const days = Number(count) * (DAYS_PER_UNIT[unit] ?? Number.NaN);
  if (days >= 1 && days <= 365) return days;
  throw usage('--expires takes a time from 1d to 365d.', 'For example 30d, 12w or 1y.');
}

/** Requests a second, or null for "none". @throws AppError `invalid_input`. */
export function parseRate(text: string): number | null {
  if (text === 'none') return null;
  const rate = /^[0-9]+(\.[0-9]+)?$/.test(text) ? Number(text) : Number.NaN;
  if (rate >= 0.1 && rate <= 10_000) return rate;
  throw usage('--rate takes requests a second, 0.1 to 10000, or none.');
}

/** `--grant G… NAME`: the option takes every word after it. A grant has a colon, a name before it has none. */
export function splitNameFromGrants(
  name: string | undefined,
  given: readonly string[],
): { name: string; grants: string[] } {
  const last = given.at(-1);
  const swallowed = name === undefined && given.length > 1 && last !== undefined && !last.includes(':');
  const grants = swallowed ? given.slice(0, -1) : [...given];
  const found = swallowed ? last : name;
  if (found === undefined)
    throw usage('<name> is missing.', 'For example: keyharbor client add editor --grant keys:read:openai');
  for (const grant of grants) parseGrant(grant);
  return { name: found, grants };
}

/** Places of grants (`openai`, `openai/work`) at which there is nothing: a word mistyped, or a key to come. */
export function withoutKey(
  grants: readonly string[],
  keys: readonly { readonly provider: string; readonly label: string; readonly state: string }[],
): readonly string[] {
  const there = keys
    .filter(({ state }) => state !== 'binned')
    .flatMap(({ provider, label }) => [provider, `${provider}/${label}`]);
  const places = grants.map(parseGrant).flatMap((grant) => {
    if (!('provider' in grant)) return [];
    return grant.label === null ? grant.provider : `${grant.provider}/${grant.label}`;
  });
  return [...new Set(places)].filter((place) => !there.includes(place));
}

async function addClient(given: string | undefined, options: AddOptions): Promise<void> {
  const { name, grants } = splitNameFromGrants(given, options.grant);
  const limits = {
    ...(options.expires === undefined ? {} : { expiresInDays: parseDays(options.expires) }),
    ...(options.rate === undefined ? {} : { ratePerSecond: parseRate(options.rate) }),
  };
  const agent = await connectAgent();
  const zone = process.stdout.isTTY ? await zoneOf(agent) : null; // before: a token that was made is printed
  const created = await agent.call('clients.create', { name, grants, test: options.test === true, ...limits });
  const keys = await agent.call('credentials.list', {});
  agent.close();
  for (const place of withoutKey(grants, keys))
    note(`keyharbor: There is no key ${place} yet; the grant waits for one.`);
  if (options.json) return printJson(created);
  print(created.token);
  if (zone !== null) note(`Shown this once. It works until ${endIn(zone, created.client.expiresAt)}.`);
}

interface NarrowOptions {
  readonly grant?: readonly string[];
  readonly expires?: string;
  readonly rate?: string;
  readonly json?: boolean;
}

async function narrowClient(client: string, { grant, expires, rate, json }: NarrowOptions): Promise<void> {
  if (grant === undefined && expires === undefined && rate === undefined) {
    throw usage(
      'There is nothing to narrow.',
      'Give --grant, --expires or --rate: see "keyharbor client narrow --help".',
    );
  }
  for (const each of grant ?? []) parseGrant(each);
  const ratePerSecond = rate === undefined ? undefined : parseRate(rate);
  if (ratePerSecond === null) throw usage('No limit is not narrower than one.', 'Give --rate a number.');
  const changes = {
    ...(grant === undefined ? {} : { grants: [...grant] }),
    ...(expires === undefined ? {} : { expiresAt: endOf(expires) }),
    ...(ratePerSecond === undefined ? {} : { ratePerSecond }),
  };
  const agent = await connectAgent();
  const narrowed = await agent.call('clients.narrow', { client, ...changes });
  const zone = await zoneOf(agent);
  agent.close();
  if (json) return printJson(narrowed);
  print(
    `${plain(narrowed.name)} (${narrowed.id}) may now: ${narrowed.grants.join(' ')}, until ${endIn(zone, narrowed.expiresAt)}.`,
  );
}

async function rotateClient(client: string, options: { readonly json?: boolean }): Promise<void> {
  const agent = await connectAgent();
  const rotated = await agent.call('clients.rotate', { client });
  agent.close();
  if (options.json) return printJson(rotated);
  print(rotated.token);
  if (process.stdout.isTTY) note('Shown this once. The token before it no longer works.');
}

async function listClients(options: { readonly json?: boolean }): Promise<void> {
  const agent = await connectAgent();
  const clients = await agent.call('clients.list', {});
  const areShown = clients.length > 0 && options.json !== true;
  const zone = areShown ? await zoneOf(agent) : null;
  agent.close();
  if (options.json) return printJson(clients);
  if (zone !== null) {
    const rows = clients.map((one) => row(one, zone));
    const heading = ['ID', 'NAME', 'STATE', 'GRANTS', 'EXPIRES', 'LAST USED'];
    const { text, leftOut } = fittingTable(heading, rows, terminalWidth(), { words: [2], mayGo: [5, 4] });
    write(text);
    tellLeftOut(leftOut, '--json');
    if (clients.some(isExposed)) {
      note('EXPOSED: the token stood in a URL, where others may have seen it. A new one: keyharbor client rotate NAME');
    }
    return remarkOfZone(zone);
  }
  note('No clients yet. Let a tool in: keyharbor client add NAME --grant keys:read:openai');
}

/** What is revoked or over no longer needs anything. */
const isExposed = ({ exposed, state }: ClientSummary): boolean => exposed && state === 'active';

function row(
  { id, name, kind, state, grants, expiresAt, lastUsedAt, exposed, loan }: ClientSummary,
  zone: string,
): readonly string[] {
  const shown = [state, loan === true ? 'lent' : '', kind === 'test' ? 'test' : '', exposed ? 'EXPOSED' : '']
    .filter((word) => word !== '')
    .join(', ');
  const ends = loan === true ? 'with its program' : momentIn(zone, expiresAt);
  return [id, name, shown, grants.join(' '), ends, momentIn(zone, lastUsedAt)];
}

async function revokeClient(client: string, options: { readonly json?: boolean }): Promise<void> {
  const agent = await connectAgent();
  const revoked = await agent.call('clients.revoke', { client });
  agent.close();
  if (options.json) printJson(revoked);
  else print(`${plain(revoked.name)} (${revoked.id}) is revoked; its token no longer works.`);
}

export function register(program: Command): void {
  const client = program.command('client').description('tools that may ask the endpoint: their tokens and grants');
  client
    .command('add')
    .description('let a tool in; prints its token once, alone')
    .argument('[name]', 'a name for the tool')
    .requiredOption('--grant <grant...>', 'what it may do: keys:read:openai, proxy:openai/work, keys:list ...')
    .option('--expires <time>', 'how long the token works: 30d if left out, at most 365d')
    .option('--rate <n>', 'requests a second, or none for no limit')
    .option('--test', 'a test token: it reaches only credentials made with --local')
    .option('--json', 'as JSON')
    .action(addClient);
  client.command('list').description('list clients; never a token').option('--json', 'as JSON').action(listClients);
  client
    .command('revoke')
    .description('shut a tool out at once')
    .argument('<client>', 'its name or id')
    .option('--json', 'as JSON')
    .action(revokeClient);
  client
    .command('narrow')
    .description('let a tool do less than before; for more, add another client')
    .argument('<client>', 'its name or id')
    .option('--grant <grant...>', 'what it may do from now on; the others are dropped')
    .option('--expires <time>', 'an earlier end: 12h, 7d, 2027-01-31')
    .option('--rate <n>', 'fewer requests a second')
    .option('--json', 'as JSON')
    .action(narrowClient);
  client
    .command('rotate')
    .description('a new token for the same tool, printed once, alone; the old one stops at once')
    .argument('<client>', 'its name or id')
    .option('--json', 'as JSON')
    .action(rotateClient);
}
