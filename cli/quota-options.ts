import type { Command } from 'commander';
import {
  QUOTA_COUNTS,
  type QuotaDefinition,
  quotaDefinition,
  type QuotaPeriod,
  type QuotaScope,
  THROTTLE_CURVES,
} from '../shared/quotas.ts';
import { QUOTA_DEFAULTS } from '../shared/quota-defaults.ts';
import type { AgentClient } from './agent-client.ts';
import { usage } from './fail.ts';
import { perMillion } from './money.ts';
import { readTextFile } from './stdin.ts';
import { plain } from './table.ts';

/** What says what a quota is, for `quota set` and `quota what-if`. */
export interface QuotaOptions {
  readonly limit?: string;
  readonly counts?: string;
  readonly per?: string;
  readonly zone?: string;
  readonly provider?: string;
  readonly credential?: string;
  readonly client?: readonly string[];
  readonly project?: string;
  readonly system?: boolean;
  readonly all?: boolean;
  readonly firstCome?: boolean;
  readonly warnOnly?: boolean;
  readonly block?: boolean;
  readonly warnAt?: string;
  readonly slowFrom?: string;
  readonly slowMax?: string;
  readonly slowCurve?: string;
  readonly slow?: boolean;
  readonly keepCritical?: string;
  readonly criticalClient?: readonly string[];
  readonly rollover?: string;
  readonly countImports?: boolean;
  readonly adjust?: string;
  readonly on?: boolean;
  readonly off?: boolean;
  readonly file?: string;
}

export function withQuotaOptions(command: Command): Command {
  return command
    .option('--limit <amount>', 'the limit: 1000, 2M, or money as 20usd')
    .option('--counts <what>', `${QUOTA_COUNTS.join(', ')}; an amount of money counts cost`)
    .option('--per <period>', 'minute, hour, day, week, month, month:15, or cron:"0 9 * * 1"')
    .option('--zone <zone>', 'of a cron expression: Europe/Berlin; left out: UTC')
    .option('--all', 'of everything; so it is where nothing else is named')
    .option('--provider <provider>', 'of one provider')
    .option('--credential <reference>', 'of one credential')
    .option('--client <client...>', 'of clients, by name or id; several share it')
    .option('--first-come', 'clients that share take what they get; left out: each keeps an equal part')
    .option('--project <folder>', 'of a project folder, and those below it')
    .option('--system', 'of all system credentials: the demo quota')
    .option('--block', 'refuse calls at the limit; so it is where nothing is said')
    .option('--warn-only', 'only warn at the limit')
    .option('--warn-at <percent>', 'levels to warn at, as 75,90,100, or none, or settings')
    .option('--slow', 'slow calls near the limit, as the settings say')
    .option('--slow-from <percent>', 'slow calls from here on')
    .option('--slow-max <time>', 'how long a call waits at the limit, as 5s; at most 60s')
    .option('--slow-curve <curve>', `how the wait grows: ${THROTTLE_CURVES.join(', ')}`)
    .option('--no-slow', 'do not slow calls')
    .option('--keep-critical <percent>', 'keep a part for calls marked critical; 0 for none')
    .option('--critical-client <client...>', 'who may mark a call critical')
    .option('--rollover <percent>', 'bring over what was unused, up to so much of the limit; 0 for none')
    .option('--count-imports', 'imported logs and exports use it up too')
    .option('--no-count-imports', 'they are only shown beside it; so it is where nothing is said')
    .option('--adjust <range>', 'let Keyharbor set the limit within this, as 10..50 or 10usd..50usd, or none')
    .option('--on', 'switch it on')
    .option('--off', 'keep it, and count nothing against it')
    .option('--file <file>', 'all of it from a JSON document, - for stdin');
}

/**
 * The quota that the options describe.
 * @param before - what they change; null: a new one.
 * @throws AppError `invalid_input` that names the option.
 */
export async function definitionFrom(
  agent: AgentClient,
  name: string,
  options: QuotaOptions,
  before: QuotaDefinition | null,
): Promise<QuotaDefinition> {
  if (options.file !== undefined) return parsed({ ...document(readTextFile(options.file, 'The file')), name });
  const isMoney = options.limit !== undefined && MONEY.test(options.limit);
  const counts = options.counts ?? (isMoney ? 'cost' : (before?.counts ?? 'requests'));
  if (before === null && options.limit === undefined)
    throw usage('--limit is missing.', 'For example --limit 1000, --limit 20usd.');
  const scope = (await scopeFrom(agent, options)) ?? before?.scope ?? { kind: 'all' };
  const given = {
    ...before,
    name,
    counts,
    scope,
    limit: options.limit === undefined ? before?.limit : amount(options.limit, counts, '--limit'),
    period: options.per === undefined ? (before?.period ?? { every: 'month' }) : periodFrom(options.per, options.zone),
    ...(options.warnOnly ? { atLimit: 'warn' } : options.block ? { atLimit: 'block' } : {}),
    ...(options.warnAt === undefined ? {} : { warnAt: options.warnAt === 'settings' ? null : levels(options.warnAt) }),
    ...throttleFrom(options, before),
    ...(await bufferFrom(agent, options, before)),
    ...rolloverFrom(options),
    ...(options.countImports === undefined ? {} : { countImports: options.countImports }),
    ...adjustFrom(options, counts),
    ...(options.off ? { enabled: false } : options.on ? { enabled: true } : {}),
  };
  return parsed(given);
}

function document(text: string): object {
  try {
    const given: unknown = JSON.parse(text);
    if (typeof given === 'object' && given !== null) return given;
  } catch {
    // said below
  }
  throw usage('The file is no JSON document. Nothing was changed.', 'See docs/command-line.md for one to begin with.');
}

function parsed(given: object): QuotaDefinition {
  const result = quotaDefinition.safeParse(given);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const at = issue === undefined || issue.path.length === 0 ? 'the quota' : issue.path.join('.');
  throw usage(`This is no quota: ${plain(at)}: ${issue?.message ?? 'it does not fit'}. Nothing was changed.`);
}

/** Only one of them: a quota is about one kind of thing. null: nothing is said. */
async function scopeFrom(agent: AgentClient, options: QuotaOptions): Promise<QuotaScope | null> {
  const { provider, credential, client, project, system, all } = options;
  const said = [provider, credential, client, project, system, all].filter((one) => one !== undefined).length;
  if (said > 1)
    throw usage('A quota is of one of these: --all, --provider, --credential, --client, --project, --system.');
  if (provider !== undefined) return { kind: 'provider', provider };
  if (project !== undefined) return { kind: 'project', project };
  if (system) return { kind: 'system' };
  if (all) return { kind: 'all' };
  if (client !== undefined)
    return { kind: 'clients', clients: await clientIds(agent, client), fair: options.firstCome !== true };
  if (credential === undefined) return null;
  const ref = credential.startsWith('kh://') ? credential : `kh://${credential}`;
  return { kind: 'credential', credential: (await agent.call('credentials.get', { target: { ref } })).id };
}

async function clientIds(agent: AgentClient, named: readonly string[]): Promise<string[]> {
  const clients = await agent.call('clients.list', {});
  return named.map((name) => {
    const found =
      clients.find(({ id }) => id === name) ?? clients.find((one) => one.name === name && one.state === 'active');
    if (found === undefined) throw usage(`There is no client ${plain(name)}.`, 'See "keyharbor client list".');
    return found.id;
  });
}

export function periodFrom(text: string, zone = 'UTC'): QuotaPeriod {
  const [word = '', ...rest] = text.split(':');
  const more = rest.join(':');
  switch (word) {
    case 'minute':
    case 'hour':
    case 'day':
    case 'week':
      if (more === '') return { every: word };
      break;
    case 'month': {
      const day = more === '' ? 1 : Number(more);
      if (Number.isInteger(day) && day >= 1 && day <= 31) return { every: 'month', day };
      break;
    }
    case 'cron':
      if (more !== '') return { every: 'cron', expression: more, zone };
      break;
  }
  throw usage('--per is no period.', 'minute, hour, day, week, month, month:15, or cron:"0 9 * * 1".');
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, G: 1e9 };

/** A shell makes something else of an unquoted "$20", so it can be written "20usd". */
const MONEY = /^\$|usd$/i;

/** "1500", "2M"; "20usd", "$20" or "20" dollars where cost is counted, in micro-USD. */
export function amount(text: string, counts: string, option: string): number {
  if (counts === 'cost') {
    const microUsd = perMillion(text.replace(/usd$/i, ''));
    if (microUsd !== null) return microUsd;
    throw usage(`${option} is no amount of money.`, 'For example 20usd or 2.50.');
  }
  const [, figure = '', unit = ''] = /^([0-9]{1,15}(?:\.[0-9]{1,3})?)([kMG]?)$/.exec(text) ?? [];
  const whole = Number(figure) * (UNITS[unit] ?? Number.NaN);
  if (figure !== '' && Number.isInteger(whole)) return whole;
  throw usage(`${option} is no number of ${counts}.`, 'For example 1000, 50k or 2M.');
}

/** "75,90,100" or "none". */
export function levels(text: string): number[] {
  if (text === 'none') return [];
  return text.split(',').map((each) => percent(each, '--warn-at'));
}

export function percent(text: string, option: string): number {
  if (/^[0-9]{1,3}%?$/.test(text.trim())) return Number.parseInt(text, 10);
  throw usage(
    `${option} takes percent.`,
    `For example ${option === '--warn-at' ? QUOTA_DEFAULTS.warnAt.join(',') : '90'}.`,
  );
}

function throttleFrom({ slow, slowFrom, slowMax, slowCurve }: QuotaOptions, before: QuotaDefinition | null): object {
  if (slow === false) return { throttle: null };
  if (slow === undefined && slowFrom === undefined && slowMax === undefined && slowCurve === undefined) return {};
  return {
    throttle: {
      ...before?.throttle,
      ...(slowFrom === undefined ? {} : { fromPercent: percent(slowFrom, '--slow-from') }),
      ...(slowMax === undefined ? {} : { maxDelayMs: milliseconds(slowMax) }),
      ...(slowCurve === undefined ? {} : { curve: slowCurve }),
    },
  };
}

function milliseconds(text: string): number {
  const [, figure = '', unit = 's'] = /^([0-9]{1,5}(?:\.[0-9])?)(ms|s)?$/.exec(text) ?? [];
  if (figure !== '') return Math.round(Number(figure) * (unit === 'ms' ? 1 : 1000));
  throw usage('--slow-max is no time.', 'For example 5s or 500ms.');
}

async function bufferFrom(agent: AgentClient, options: QuotaOptions, before: QuotaDefinition | null): Promise<object> {
  const { keepCritical, criticalClient } = options;
  if (keepCritical === undefined && criticalClient === undefined) return {};
  const part = keepCritical === undefined ? undefined : percent(keepCritical, '--keep-critical');
  if (part === 0) return { buffer: null };
  const clients = criticalClient === undefined ? before?.buffer?.clients : await clientIds(agent, criticalClient);
  if (clients === undefined) throw usage('--critical-client is missing: who may mark a call critical?');
  return { buffer: { ...before?.buffer, clients, ...(part === undefined ? {} : { percent: part }) } };
}

function rolloverFrom({ rollover }: QuotaOptions): object {
  if (rollover === undefined) return {};
  const maxPercent = percent(rollover, '--rollover');
  return { rollover: maxPercent === 0 ? null : { maxPercent } };
}

function adjustFrom({ adjust }: QuotaOptions, counts: string): object {
  if (adjust === undefined) return {};
  if (adjust === 'none') return { adjust: null };
  const [least = '', most = '', ...more] = adjust.split('..');
  if (more.length > 0) throw usage('--adjust takes a range.', 'For example 100..500 or 10usd..50usd.');
  return { adjust: { min: amount(least, counts, '--adjust'), max: amount(most, counts, '--adjust') } };
}
