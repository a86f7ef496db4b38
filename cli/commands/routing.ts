import type { Command } from 'commander';
import { type PoolMember, type RoutingRule, routingRule } from '../../shared/contract/routing.ts';
import { ruleInWords } from '../../shared/routing-words.ts';
import { connectAgent } from '../connect.ts';
import { usage } from '../fail.ts';
import { note, print, printJson, write } from '../output.ts';
import { readTextFile } from '../stdin.ts';
import { localTime, plain, table, terminalWidth } from '../table.ts';

interface Json {
  readonly json?: boolean;
}

async function list(options: Json): Promise<void> {
  const agent = await connectAgent();
  const rules = await agent.call('routing.list', {});
  const health = await agent.call('routing.health', {});
  agent.close();
  if (options.json) return printJson({ rules, health });
  if (rules.length === 0)
    return note('No rules: calls are forwarded as they come. See "keyharbor routing set --help".');
  write(rules.map(describe).join('\n'));
  if (health.length > 0) {
    write(`\n${table(['POOL OF', 'LABEL', 'STATE', 'UNTIL'], health.map(row), terminalWidth())}`);
  }
}

function describe(rule: RoutingRule): string {
  const lines = ruleInWords(rule);
  return [scopeOf(rule), ...(lines.length === 0 ? ['does nothing'] : lines).map((line) => `  ${plain(line)}`), ''].join(
    '\n',
  );
}

function row({ provider, label, state, until, because, told }: PoolMember): readonly string[] {
  const why = told === 'tool' ? ': a tool said so' : told === 'test' ? ' after a test' : ` after ${because ?? ''}`;
  const word = state === 'missing' ? 'missing: no such key is served' : told === null ? state : `${state}${why}`;
  return [provider, label, word, state === 'resting' ? localTime(until) : ''];
}

const scopeOf = (rule: RoutingRule): string =>
  rule.for === 'provider' ? `provider ${rule.provider}` : `client ${rule.client}`;

/** Adds or replaces the rule of the provider or client that the document names. */
async function set(file: string, options: Json): Promise<void> {
  const rule = parse(readTextFile(file, 'The file'));
  const agent = await connectAgent();
  const kept = await agent.call('routing.set', rule);
  agent.close();
  if (options.json) printJson(kept);
  else write(`Set.\n${describe(kept)}`);
}

function parse(text: string): RoutingRule {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw usage('The file is no JSON. Nothing was changed.', 'See docs/command-line.md for a rule to begin with.');
  }
  const parsed = routingRule.safeParse(document);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = issue === undefined || issue.path.length === 0 ? 'the document' : issue.path.join('.');
  throw usage(`This is no routing rule: ${plain(at)}: ${issue?.message ?? 'it does not fit'}. Nothing was changed.`);
}

async function remove(scope: string): Promise<void> {
  const [kind = '', id = '', ...more] = scope.split(':');
  const wanted = kind === 'provider' ? { provider: id } : kind === 'client' ? { client: id } : null;
  if (wanted === null || id === '' || more.length > 0) {
    throw usage('Name the rule as provider:ID or client:ID.', 'See "keyharbor routing list".');
  }
  const agent = await connectAgent();
  await agent.call('routing.remove', wanted);
  agent.close();
  print('The rule is removed.');
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
  routing.command('remove').description('remove a rule').argument('<rule>', 'provider:ID or client:ID').action(remove);
}
