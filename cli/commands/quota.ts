import type { Command } from 'commander';
import type { QuotaProposal, QuotaStatus } from '../../shared/contract/quotas.ts';
import { AppError } from '../../shared/errors.ts';
import { quotaDefaults } from '../../shared/quota-defaults.ts';
import {
  actsInWords,
  amountInWords,
  defaultsInWords,
  figureInWords,
  periodInWords,
  scopeInWords,
} from '../../shared/quota-words.ts';
import { THROTTLE_CURVES } from '../../shared/quotas.ts';
import type { AgentClient } from '../agent-client.ts';
import { connectAgent } from '../connect.ts';
import { usage } from '../fail.ts';
import { momentIn, remarkOfZone, zoneOf } from '../zone-times.ts';
import { note, print, printJson, write } from '../output.ts';
import { type DefaultsOptions, defaultsFrom } from '../quota-defaults-options.ts';
import { definitionFrom, type QuotaOptions, withQuotaOptions } from '../quota-options.ts';
import { fittingTable, plain, table, terminalWidth } from '../table.ts';
import { tellLeftOut } from '../usage-format.ts';
import { rangeFrom, withRange } from '../usage-options.ts';

interface Json {
  readonly json?: boolean;
}

const grouped = new Intl.NumberFormat('en');

type Named = (kind: 'credential' | 'client', id: string) => string | null;

/** How people know the credentials and clients that quotas are about. */
async function names(agent: AgentClient): Promise<Named> {
  const refs = new Map((await agent.call('credentials.list', {})).map(({ id, ref }) => [id, ref]));
  const clients = new Map((await agent.call('clients.list', {})).map(({ id, name }) => [id, name]));
  return (kind, id) => (kind === 'credential' ? refs : clients).get(id) ?? null;
}

async function list(options: Json): Promise<void> {
  const agent = await connectAgent();
  const quotas = await agent.call('quotas.list', {});
  const named = await names(agent);
  const zone = await zoneOf(agent);
  agent.close();
  if (options.json) return printJson(quotas);
  if (quotas.length === 0) {
    return note('No quotas: nothing is limited. For example: keyharbor quota set "All spending" --limit 20usd');
  }
  const heading = ['NAME', 'OF', 'USED', 'LIMIT', '%', 'STATE', 'BEGINS ANEW'];
  const rows = quotas.map((quota) => row(quota, named, zone));
  const { text, leftOut } = fittingTable(heading, rows, terminalWidth(), { figures: [2, 3], mayGo: [6, 1] });
  write(text);
  tellLeftOut(leftOut, '--json');
  remarkOfZone(zone);
  for (const { definition, refused } of quotas.filter((quota) => quota.refused > 0)) {
    const calls = `${grouped.format(refused)} ${refused === 1 ? 'call' : 'calls'}`;
    note(`${plain(definition.name)}: ${calls} refused in this period, since the vault was unlocked.`);
  }
  for (const { definition, imported } of quotas.filter((quota) => quota.imported > 0)) {
    const { name, counts, countImports } = definition;
    const where = countImports ? 'in what is used' : 'and not in what is used';
    note(`${plain(name)}: ${amountInWords(imported, counts)} imported, ${where}.`);
  }
  const unpriced = quotas.filter((quota) => quota.unpriced > 0);
  for (const { definition, unpriced: calls } of unpriced) {
    note(
      `${plain(definition.name)}: ${grouped.format(calls)} ${calls === 1 ? 'call has' : 'calls have'} no known price, so more was spent.`,
    );
  }
}

function row(quota: QuotaStatus, named: Named, zone: string): readonly string[] {
  const { definition, used, reserved, available, kept, percent, state, resetsAt } = quota;
  const { name, counts, period, scope } = definition;
  const held = reserved === 0 ? '' : ` + ${amountInWords(reserved, counts)} held`;
  return [
    name,
    scopeInWords(scope, named),
    `${amountInWords(used, counts)}${held}`,
    `${amountInWords(available, counts)} ${periodInWords(period)}${kept === 0 ? '' : `, ${figureInWords(kept, counts)} kept`}`,
    String(Math.floor(percent)),
    state,
    momentIn(zone, resetsAt),
  ];
}

/** Makes the quota of this name, or changes what the options say. */
async function set(name: string, options: QuotaOptions & Json): Promise<void> {
  const agent = await connectAgent();
  const before = await found(agent, name);
  const definition = await definitionFrom(agent, before?.definition.name ?? name, options, before?.definition ?? null);
  const kept = await agent.call('quotas.set', { ...(before === null ? {} : { id: before.id }), definition });
  const named = await names(agent);
  agent.close();
  if (options.json) return printJson(kept);
  write(`${before === null ? 'Set' : 'Changed'}: ${inWords(kept, named)}\n`);
  if (kept.used > 0)
    print(`Used so far: ${amountInWords(kept.used, kept.definition.counts)} (${Math.floor(kept.percent)} %).`);
}

function inWords({ definition, inForce }: QuotaStatus, named: Named): string {
  const { name, counts, limit, period, scope, enabled } = definition;
  const limits = `${plain(name)}: ${amountInWords(limit, counts)} ${periodInWords(period)}, of ${plain(scopeInWords(scope, named))}`;
  return [`${limits}${enabled ? '' : ' (off)'}`, ...actsInWords(definition, inForce).map((line) => `  ${line}`)].join(
    '\n',
  );
}

/** By name, else by id. */
async function found(agent: AgentClient, name: string): Promise<QuotaStatus | null> {
  const quotas = await agent.call('quotas.list', {});
  return (
    quotas.find(({ definition }) => definition.name === name.trim()) ?? quotas.find(({ id }) => id === name) ?? null
  );
}

async function mustFind(agent: AgentClient, name: string): Promise<QuotaStatus> {
  const quota = await found(agent, name);
  if (quota === null) throw new AppError('not_found', 'There is no such quota.', 'See "keyharbor quota list".');
  return quota;
}

async function remove(named: string, { json }: Json): Promise<void> {
  const agent = await connectAgent();
  const { id, definition } = await mustFind(agent, named);
  await agent.call('quotas.remove', { id });
  agent.close();
  if (json) printJson({ removed: { id, name: definition.name } });
  else print('The quota is removed.');
}

interface WhatIfOptions extends QuotaOptions, Json {
  readonly from?: string;
  readonly to?: string;
}

async function whatIf(name: string | undefined, options: WhatIfOptions): Promise<void> {
  const { from, to } = options;
  const range = rangeFrom({ ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) });
  const agent = await connectAgent();
  const before = name === undefined ? null : await mustFind(agent, name);
  const definition = await definitionFrom(
    agent,
    before?.definition.name ?? 'what if',
    options,
    before?.definition ?? null,
  );
  const told = await agent.call('quotas.whatIf', { definition, ...range });
  const zone = await zoneOf(agent, definition.period);
  agent.close();
  if (options.json) return printJson(told);
  print(told.text);
  const { counts } = definition;
  if (told.refusedAmount > 0)
    print(`Not let through: ${amountInWords(told.refusedAmount, counts)} of ${amountInWords(told.wanted, counts)}.`);
  if (told.periods.length > 0) {
    const rows = told.periods.map(({ startsAt, wanted, used, refused, slowed }) => [
      momentIn(zone, startsAt),
      amountInWords(wanted, counts),
      amountInWords(used, counts),
      String(refused),
      String(slowed),
    ]);
    write(`\n${table(['PERIOD', 'WANTED', 'LET THROUGH', 'REFUSED', 'SLOWED'], rows, terminalWidth())}`);
    remarkOfZone(zone);
  }
  if (told.unpriced > 0) note(`${told.unpriced} of the calls have no known price and are not in these sums.`);
}

async function history(name: string, options: Json & { readonly periods?: string }): Promise<void> {
  const periods = options.periods === undefined ? 12 : Number(options.periods);
  if (!Number.isInteger(periods) || periods < 1 || periods > 60) throw usage('--periods takes 1 to 60.');
  const agent = await connectAgent();
  const { id, definition } = await mustFind(agent, name);
  const told = await agent.call('quotas.history', { id, periods });
  const zone = await zoneOf(agent, definition.period);
  agent.close();
  if (options.json) return printJson(told);
  const rows = told.periods.map(({ startsAt, used, requests, percent, current }) => [
    `${momentIn(zone, startsAt)}${current ? ' (now)' : ''}`,
    amountInWords(used, definition.counts),
    String(Math.floor(percent)),
    String(requests),
  ]);
  write(table(['SINCE', 'USED', '% OF THE LIMIT NOW', 'REQUESTS'], rows, terminalWidth()));
  remarkOfZone(zone);
}

async function proposals(options: Json): Promise<void> {
  const agent = await connectAgent();
  const told = await agent.call('quotas.proposals', {});
  const named = await names(agent);
  agent.close();
  if (options.json) return printJson(told);
  if (told.length === 0) return note('Nothing to propose: the quotas fit what was used.');
  write(told.map((proposal) => proposalInWords(proposal, named)).join('\n'));
  note('Take one with "keyharbor quota apply ID".');
}

function proposalInWords({ id, kind, definition, limitNow, because }: QuotaProposal, named: Named): string {
  const { name, counts, limit, period, scope } = definition;
  const now = limitNow === null ? '' : ` instead of ${amountInWords(limitNow, counts)}`;
  const what = `${amountInWords(limit, counts)}${now} ${periodInWords(period)}, of ${plain(scopeInWords(scope, named))}`;
  return `${plain(id)}\n  ${kind === 'new' ? 'New: ' : ''}${plain(name)}: ${what}\n  ${plain(because)}\n`;
}

async function apply(id: string, options: Json): Promise<void> {
  const agent = await connectAgent();
  const kept = await agent.call('quotas.applyProposal', { id });
  const named = await names(agent);
  agent.close();
  if (options.json) printJson(kept);
  else write(`Set: ${inWords(kept, named)}\n`);
}

/** What quotas do that say nothing themselves; the options change it. */
async function defaults(options: DefaultsOptions & Json): Promise<void> {
  const wanted = defaultsFrom(options);
  const agent = await connectAgent();
  const isChange = Object.keys(wanted).length > 0;
  const { vault } = await (isChange ? agent.call('settings.set', { vault: wanted }) : agent.call('settings.get', {}));
  agent.close();
  if (vault === null) throw new AppError('vault_locked', 'The vault is locked.', 'Unlock it: keyharbor unlock.');
  const held = quotaDefaults(vault);
  if (options.json) return printJson(held);
  write(
    `Quotas that say nothing else:\n${defaultsInWords(held)
      .map((line) => `  ${line}\n`)
      .join('')}`,
  );
}

export function register(program: Command): void {
  const json = ['--json', 'as JSON'] as const;
  const quota = program.command('quota').description('limits on requests, tokens and cost');
  quota
    .command('list')
    .description('list the quotas, and how much of each is used')
    .option(...json)
    .action(list);
  withQuotaOptions(quota.command('set').description('make a quota, or change what the options say').argument('<name>'))
    .option(...json)
    .action(set);
  quota
    .command('defaults')
    .description('what quotas do that say nothing else: shown, or changed by what the options say')
    .option('--warn-at <percent>', 'levels to warn at, as 75,90,100, or none')
    .option('--slow-from <percent>', 'from where slowed calls wait')
    .option('--slow-max <time>', 'how long such a call waits at the limit, in whole seconds up to 60s')
    .option('--slow-curve <curve>', `how the wait grows: ${THROTTLE_CURVES.join(', ')}`)
    .option(...json)
    .action(defaults);
  quota
    .command('remove')
    .description('remove a quota')
    .argument('<quota>', 'its name or id')
    .option(...json)
    .action(remove);
  withRange(
    withQuotaOptions(
      quota
        .command('what-if')
        .description(
          'what a quota would have done to the calls there were: 30 days back, and the period that begins in; nothing is changed',
        )
        .argument('[quota]', 'one there is, with what the options change'),
    ),
  )
    .option(...json)
    .action(whatIf);
  quota
    .command('history')
    .description('what was used in the last periods')
    .argument('<quota>', 'its name or id')
    .option('--periods <n>', 'how many: 12 if left out, at most 60')
    .option(...json)
    .action(history);
  quota
    .command('proposals')
    .description('limits that would fit what was used, and what is not limited')
    .option(...json)
    .action(proposals);
  quota
    .command('apply')
    .description('take a proposal')
    .argument('<proposal>', 'its id')
    .option(...json)
    .action(apply);
}
