import type { Command } from 'commander';
import {
  QUOTA_COUNTS,
  type QuotaDefinition,
  quotaDefinition,
  type QuotaPeriod,
  type QuotaScope,
  THROTTLE_CURVES,
} from '../shared/quotas.ts';
import type { AppError } from '../shared/errors.ts';
import type { AgentClient } from './agent-client.ts';
import { usage } from './fail.ts';
import { findClient } from './find-client.ts';
import { folderOf } from './folder.ts';
import { amount, isMoney, levels, percent } from './quota-amounts.ts';
import { refusedDocument, refusedOptions } from './quota-refused.ts';
import { readTextFrom } from './stdin.ts';
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
  readonly fair?: boolean;
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
  return refusingBoth(command, 'slow', 'count-imports')
    .option('--limit <amount>', 'the limit: 1000, 50k, 2M, 1.5B, or money as 20usd')
    .option('--counts <what>', `${QUOTA_COUNTS.join(', ')}; an amount of money counts cost`)
    .option('--per <period>', 'minute, hour, day, week, month, month:15, or cron:"0 9 * * 1"')
    .option('--zone <zone>', 'of a cron expression: Europe/Berlin; left out: as it was, else UTC')
    .option('--all', 'of everything; so it is where nothing else is named')
    .option('--provider <provider>', 'of one provider')
    .option('--credential <reference>', 'of one credential')
    .option('--client <client...>', 'of clients, by name or id; several share it')
    .option('--fair', 'each client that shares keeps an equal part; so it is where nothing is said')
    .option('--first-come', 'clients that share take what they get')
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

/** Of an option and its opposite the parser would keep the last, without a word. */
function refusingBoth(command: Command, ...names: readonly string[]): Command {
  for (const name of names) {
    const seen = new Set<string>();
    for (const one of [name, `no-${name}`]) {
      command.on(`option:${one}`, () => {
        seen.add(one);
        if (seen.size > 1) throw notTogether(`--${name}`, `--no-${name}`);
      });
    }
  }
  return command;
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
  refuseContradictions(options);
  if (options.file !== undefined) {
    return parsed({ ...document(await readTextFrom(options.file, 'The file')), name }, refusedDocument);
  }
  const counts = countsFrom(options, before);
  const limit = options.limit === undefined ? before?.limit : amount(options.limit, counts, '--limit');
  if (limit === undefined) throw usage('--limit is missing.', 'For example --limit 1000, --limit 20usd.');
  const scope = (await scopeFrom(agent, options, before?.scope ?? null)) ?? before?.scope ?? { kind: 'all' };
  if (options.countImports === true && !KNOWN_OF_IMPORTS.has(scope.kind)) {
    throw usage(
      'Imported calls know no key and no client, so they cannot use up such a quota. Nothing was changed.',
      'Leave --count-imports out, or count --all, --provider or --project.',
    );
  }
  const given = {
    ...before,
    name,
    counts,
    scope,
    limit,
    period: periodOf(options, before?.period ?? null),
    ...(options.warnOnly ? { atLimit: 'warn' } : options.block ? { atLimit: 'block' } : {}),
    ...(options.warnAt === undefined ? {} : { warnAt: options.warnAt === 'settings' ? null : levels(options.warnAt) }),
    ...throttleFrom(options, before),
    ...(await bufferFrom(agent, options, before)),
    ...rolloverFrom(options),
    ...(options.countImports === undefined ? {} : { countImports: options.countImports }),
    ...adjustFrom(options, counts),
    ...(options.off ? { enabled: false } : options.on ? { enabled: true } : {}),
  };
  return parsed(given, refusedOptions);
}

/** Scopes that an imported call can be of. */
const KNOWN_OF_IMPORTS: ReadonlySet<QuotaScope['kind']> = new Set(['all', 'provider', 'project']);

/** Options that exclude each other: one of them would be dropped without a word. */
const APART = [
  ['warnOnly', 'block'],
  ['on', 'off'],
  ['fair', 'firstCome'],
] as const;

function refuseContradictions(options: QuotaOptions): void {
  const apart = APART.find(([one, other]) => options[one] && options[other]);
  if (apart !== undefined) throw notTogether(optionName(apart[0]), optionName(apart[1]));
  if (options.slow === false) {
    const more = (['slowFrom', 'slowMax', 'slowCurve'] as const).find((one) => options[one] !== undefined);
    if (more !== undefined) throw notTogether('--no-slow', optionName(more));
  }
  if (options.file === undefined) return;
  const more = QUOTA_OPTION_NAMES.find((name) => name !== 'file' && options[name] !== undefined);
  if (more !== undefined) {
    const typed = options[more] === false ? `--no-${optionName(more).slice(2)}` : optionName(more);
    throw usage(
      `--file and ${typed} do not go together: the document says all of it. Nothing was changed.`,
      'Change the document, or leave --file out.',
    );
  }
}

const QUOTA_OPTION_NAMES = [
  ...['limit', 'counts', 'per', 'zone', 'all', 'provider', 'credential', 'client', 'fair', 'firstCome', 'project'],
  ...['system', 'block', 'warnOnly', 'warnAt', 'slow', 'slowFrom', 'slowMax', 'slowCurve', 'keepCritical'],
  ...['criticalClient', 'rollover', 'countImports', 'adjust', 'on', 'off'],
] as readonly (keyof QuotaOptions)[];

/** As it is typed. */
const optionName = (name: keyof QuotaOptions): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

function notTogether(one: string, other: string): AppError {
  return usage(`${one} and ${other} do not go together. Nothing was changed.`, 'Leave one of them out.');
}

/** A limit is a number of what is counted: where that changes, the old number means something else. */
function countsFrom({ counts, limit, adjust }: QuotaOptions, before: QuotaDefinition | null): string {
  if (limit !== undefined && isMoney(limit) && counts !== undefined && counts !== 'cost') {
    throw usage(
      `--limit is money, and --counts ${plain(counts)} is not. Nothing was changed.`,
      'Leave --counts out, or give a number.',
    );
  }
  const wanted = counts ?? (limit !== undefined && isMoney(limit) ? 'cost' : (before?.counts ?? 'requests'));
  if (before === null || wanted === before.counts) return wanted;
  if (limit === undefined) {
    throw usage(
      `--limit is missing: the limit there is counts ${before.counts}. Nothing was changed.`,
      `Say it in ${plain(wanted)}, for example --limit ${wanted === 'cost' ? '20usd' : '1000'}.`,
    );
  }
  if (before.adjust !== null && adjust === undefined) {
    throw usage(
      `--adjust is missing: the range there is counts ${before.counts}. Nothing was changed.`,
      `Say it in ${plain(wanted)}, or --adjust none.`,
    );
  }
  return wanted;
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

function parsed(given: object, refused: typeof refusedOptions): QuotaDefinition {
  const result = quotaDefinition.safeParse(given);
  if (result.success) return result.data;
  throw refused(result.error.issues[0] ?? { path: [], message: 'it does not fit' });
}

/** Only one of them: a quota is about one kind of thing. null: nothing is said. */
async function scopeFrom(
  agent: AgentClient,
  options: QuotaOptions,
  before: QuotaScope | null,
): Promise<QuotaScope | null> {
  const { provider, credential, client, project, system, all } = options;
  const said = [provider, credential, client, project, system, all].filter((one) => one !== undefined).length;
  if (said > 1)
    throw usage(
      'A quota is of one thing only. Nothing was changed.',
      'One of --all, --provider, --credential, --client, --project, --system.',
    );
  const fair = options.fair ? true : options.firstCome ? false : null;
  const pool = before?.kind === 'clients' ? before : null;
  if (fair !== null && client === undefined && (pool === null || said > 0)) {
    throw usage(
      `${fair ? '--fair' : '--first-come'} is for clients that share. Nothing was changed.`,
      'Name them with --client.',
    );
  }
  if (provider !== undefined) return { kind: 'provider', provider };
  if (project !== undefined) return { kind: 'project', project: folderOf(project, '--project') };
  if (system) return { kind: 'system' };
  if (all) return { kind: 'all' };
  if (client !== undefined)
    return { kind: 'clients', clients: await clientIds(agent, client), fair: fair ?? pool?.fair ?? true };
  if (pool !== null && fair !== null) return { ...pool, fair };
  if (credential === undefined) return null;
  const ref = credential.startsWith('kh://') ? credential : `kh://${credential}`;
  return { kind: 'credential', credential: (await agent.call('credentials.get', { target: { ref } })).id };
}

async function clientIds(agent: AgentClient, named: readonly string[]): Promise<string[]> {
  const clients = await agent.call('clients.list', {});
  return named.map((name) => findClient(clients, name).id);
}

/** What `--per` and `--zone` make of the period there was. */
function periodOf({ per, zone }: QuotaOptions, before: QuotaPeriod | null): QuotaPeriod {
  const zoneBefore = before?.every === 'cron' ? before.zone : undefined;
  const period = per === undefined ? (before ?? { every: 'month', day: 1 }) : periodFrom(per, zone ?? zoneBefore);
  if (zone === undefined) return period;
  if (period.every === 'cron') return { ...period, zone };
  throw usage(
    '--zone is for a cron expression: other periods are those of the reporting zone. Nothing was changed.',
    'Leave it out. The reporting zone is set in the window, under Settings.',
  );
}

function periodFrom(text: string, zone = 'UTC'): QuotaPeriod {
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
  if (part === 0 && criticalClient !== undefined) throw notTogether('--keep-critical 0', '--critical-client');
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
  if (most === '' || more.length > 0) throw usage('--adjust takes a range.', 'For example 100..500 or 10usd..50usd.');
  return { adjust: { min: amount(least, counts, '--adjust'), max: amount(most, counts, '--adjust') } };
}
