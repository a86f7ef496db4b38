import { type Command, Option } from 'commander';
import type { UsageFilter } from '../shared/contract/usage.ts';
import { OUTCOME_WORDS, usageMoment } from '../shared/usage.ts';
import { usage } from './fail.ts';
import { folderOf } from './folder.ts';

/** A range and what usage is narrowed to, as several commands take them. */
export interface UsageOptions {
  readonly from?: string;
  readonly to?: string;
  readonly provider?: readonly string[];
  readonly credential?: readonly string[];
  readonly client?: readonly string[];
  readonly project?: readonly string[];
  readonly model?: readonly string[];
  readonly outcome?: readonly string[];
}

export function withRange(command: Command): Command {
  return command
    .option('--from <day>', 'first day (2026-11-20), a time, or a word: 7d, today, this-month')
    .option('--to <day>', 'last day, a time or a word');
}

export function withUsageOptions(command: Command): Command {
  return withFilters(withRange(command));
}

export function withFilters(command: Command): Command {
  return command
    .option('--provider <provider...>', 'only of these providers')
    .option('--credential <reference...>', 'only with these keys; "" for calls without one')
    .option('--client <client...>', 'only by these clients, by name or id; "" for the owner')
    .option('--project <folder...>', 'only of these project folders; "" for calls of none')
    .option('--model <model...>', 'only of these models')
    .addOption(new Option('--outcome <outcome...>', 'only calls that ended so').choices([...OUTCOME_WORDS]));
}

/** @throws AppError `invalid_input` that names the option. */
export function rangeFrom({ from, to }: UsageOptions): { from?: string; to?: string } {
  return { ...moment(from, 'from'), ...moment(to, 'to') };
}

function moment<N extends 'from' | 'to'>(given: string | undefined, name: N): { [K in N]?: string } {
  if (given === undefined) return {};
  if (usageMoment.safeParse(given).success) return { [name]: given } as { [K in N]?: string };
  throw usage(
    `--${name} is no day and no time.`,
    'Write a day as 2026-11-20, a time as 2026-11-20T14:00:00Z, or a word: 7d, 24h, today, this-month, last-month.',
  );
}

export function filterFrom(options: UsageOptions): { filter?: UsageFilter } {
  const { provider, client, model, outcome } = options;
  const project = options.project?.map(projectName);
  const credential = options.credential?.map(keyName);
  const given = Object.entries({ provider, credential, client, project, model, outcome }).filter(
    ([, names]) => names !== undefined,
  );
  return given.length === 0 ? {} : { filter: Object.fromEntries(given) };
}

/** `.` and `~/work` are those where you are, as quotas take them; other names may be no paths. */
const projectName = (typed: string): string =>
  /^(?:\.{1,2}|~)(?:[/\\]|$)/.test(typed) ? folderOf(typed, '--project') : typed;

/** kh://openai stands for openai/default, as reports name it; the empty name for calls without a key. */
function keyName(reference: string): string {
  if (reference === '') return '';
  const name = reference.replace(/^kh:\/\//, '');
  return name.includes('/') ? name : `${name}/default`;
}
