import type { Command } from 'commander';
import { type PoolMember, type RoutingRule, routingRule, routingScope } from '../../shared/contract/routing.ts';
import type { Output } from '../../shared/contract/methods.ts';
import { PROVIDER_ID_PATTERN } from '../../shared/reference.ts';
import { ruleInWords } from '../../shared/routing-words.ts';
import type { AgentClient } from '../agent-client.ts';
import { connectAgent } from '../connect.ts';
import { usage } from '../fail.ts';
import { findClient } from '../find-client.ts';
import { findProvider } from '../find-provider.ts';
import { note, print, printJson, write } from '../output.ts';
import { readTextFile } from '../stdin.ts';
import { plain, table, terminalWidth } from '../table.ts';
import { momentIn, remarkOfZone, zoneOf } from '../zone-times.ts';

interface Json {
  readonly json?: boolean;
}

async function list(options: Json): Promise<void> {
  const agent = await connectAgent();
  const rules = await agent.call('routing.list', {});
  const health = await agent.call('routing.health', {});
  const clients = await agent.call('clients.list', {});
  const zone = await zoneOf(agent);
  agent.close();
  if (options.json) return printJson({ rules, health });
  if (rules.length === 0)
    return note('No rules: calls are forwarded as they come. See "keyharbor routing set --help".');
  write(rules.map((rule) => describe(rule, clients)).join('\n'));
  if (health.length > 0) {
    const rows = health.map((one) => row(one, zone));
    write(`\n${table(['POOL OF', 'LABEL', 'STATE', 'UNTIL'], rows, terminalWidth())}`);
    remarkOfZone(zone);
  }
}

type Clients = Output<'clients.list'>;

function describe(rule: RoutingRule, clients: Clients): string {
  const lines = ruleInWords(rule);
  return [
    scopeOf(rule, clients),
    ...(lines.length === 0 ? ['does nothing'] : lines).map((line) => `  ${plain(line)}`),
    '',
  ].join('\n');
}

function row({ provider, label, state, until, because, told }: PoolMember, zone: string): readonly string[] {
  const why = told === 'tool' ? ': a tool said so' : told === 'test' ? ' after a test' : ` after ${because ?? ''}`;
  const word = state === 'missing' ? 'missing: no such key is served' : told === null ? state : `${state}${why}`;
  return [provider, label, word, state === 'resting' ? momentIn(zone, until) : ''];
}

function scopeOf(rule: RoutingRule, clients: Clients): string {
  if (rule.for === 'provider') return `provider ${rule.provider}`;
  const name = clients.find(({ id }) => id === rule.client)?.name;
  return name === undefined ? `client ${rule.client}` : `client ${plain(name)} (${rule.client})`;
}

/** Adds or replaces the rule of the provider or client that the document names. */
async function set(file: string, options: Json): Promise<void> {
  const rule = parse(readTextFile(file, 'The file'));
  const agent = await connectAgent();
  const clients = await agent.call('clients.list', {});
  if (rule.for === 'client') findClient(clients, rule.client);
  const kept = await agent.call('routing.set', rule);
  agent.close();
  if (options.json) printJson(kept);
  else write(`Set.\n${describe(kept, clients)}`);
}

const FORM =
  'A rule to begin with: {"for":"provider","provider":"openai","cache":{"maxSeconds":60}}; docs/command-line.md has more.';

function parse(text: string): RoutingRule {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw usage('The file is no JSON. Nothing was changed.', FORM);
  }
  const parsed = routingRule.safeParse(document);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = issue === undefined || issue.path.length === 0 ? 'the document' : issue.path.join('.');
  throw usage(
    `This is no routing rule: ${plain(at)}: ${issue?.message ?? 'it does not fit'}. Nothing was changed.`,
    FORM,
  );
}

async function remove(named: string, options: Json): Promise<void> {
  const [, kind, name = ''] = /^(provider|client):(.+)$/s.exec(named) ?? [];
  if (kind === undefined) {
    throw usage('Name the rule as provider:ID, or client: and its name or id.', 'See "keyharbor routing list".');
  }
  const agent = await connectAgent();
  const scope = kind === 'client' ? await clientScope(agent, name) : await providerScope(agent, name);
  await agent.call('routing.remove', scope);
  agent.close();
  if (options.json) printJson({ removed: scope });
  else print('The rule is removed.');
}

const providerScope = async (agent: AgentClient, id: string): Promise<{ readonly provider: string }> => ({
  provider: PROVIDER_ID_PATTERN.test(id) ? id : findProvider(await agent.call('providers.list', {}), id).id,
});

/** A client that is gone may have left a rule under its id; and one that cannot be read is in no list of rules. */
async function clientScope(agent: AgentClient, named: string): Promise<{ readonly client: string }> {
  const clients = await agent.call('clients.list', {});
  const isKnown = clients.some(({ id, name }) => id === named || name === named);
  if (!isKnown && routingScope.safeParse({ client: named }).success) return { client: named };
  return { client: findClient(clients, named).id };
}

export function register(program: Command): void {
  const routing = program
    .command('routing')
    .description('rules for forwarded calls: headers, paths, kept answers, pools');
  routing.command('list').description('list the rules, and how the pools do').option('--json', 'as JSON').action(list);
  routing
    .command('set')
    .description('set the rule of a provider or a client from a file, in place of the one before')
    .argument('<file>', 'the rule, as JSON')
    .option('--json', 'as JSON')
    .action(set);
  routing
    .command('remove')
    .description('remove a rule')
    .argument('<rule>', 'provider:ID, or client: and its name or id')
    .option('--json', 'as JSON')
    .action(remove);
}
