import type { Argument, Command, Option } from 'commander';
import { AUDIT_AREAS } from '../shared/audit-words.ts';
import { DELIVERY_FORMS } from '../shared/delivery.ts';
import { USAGE_BY } from '../shared/usage.ts';
import { ALL_COMMANDS, isCommandName } from './commands.ts';
import { buildProgram } from './program.ts';

/** The place of the word that is being typed. */
export interface Spot {
  /** The command and its sub-command: "quota set". */
  readonly path: string;
  readonly command: Command;
  /** The option whose value is typed, as "--state"; null where none waits for one. */
  readonly option: Option | null;
  /** Whether the option has its value and only takes more, so that another option or argument may stand here as well. */
  readonly isMore: boolean;
  /** Which argument of the command would stand here; 0 is the first. */
  readonly position: number;
}

const DAYS = ['today', 'yesterday', '24h', '7d'];
const SPANS = [...DAYS, 'this-week', 'last-week', 'this-month', 'last-month', 'this-year'];
/** Values of options that check them by themselves, with words of their own; the others tell theirs to the parser. */
export const VALUES: Readonly<Record<string, readonly string[]>> = {
  'list --state': ['active', 'suspended', 'revoked', 'binned'],
  'webhook deliveries --state': ['waiting', 'delivered', 'dead'],
  '--scope': ['user', 'system'],
  '--weakest-form': [...DELIVERY_FORMS, 'default'],
  '--form': DELIVERY_FORMS,
  '--counts': ['requests', 'tokens', 'cost'],
  '--per': ['minute', 'hour', 'day', 'week', 'month'],
  '--slow-curve': ['linear', 'late', 'early'],
  '--area': AUDIT_AREAS,
  '--result': ['ok', 'refused', 'failed'],
  'usage --by': USAGE_BY,
  '--format': ['table', 'json', 'csv'],
  'audit --from': DAYS,
  'audit --to': DAYS,
  'usage --from': SPANS,
  'usage --to': SPANS,
  'quota what-if --from': SPANS,
  'quota what-if --to': SPANS,
};

/** Sub-commands that may be left out. */
const LEFT_OUT: Readonly<Record<string, string>> = { audit: 'list', inbox: 'list' };

/** Where the word after `before` stands; null where no word of ours fits: another program's line, or a wrong command. */
export async function spotAfter(before: readonly string[]): Promise<Spot | null> {
  const [name = '', ...rest] = before;
  if (!isCommandName(name) || before.includes('--')) return null;
  const top = (await buildProgram([name])).commands.find((each) => each.name() === name);
  if (top === undefined) return null;
  const sub = top.commands.find((each) => each.name() === rest[0]);
  const command = sub ?? top.commands.find((each) => each.name() === LEFT_OUT[name]) ?? top;
  let waiting: Option | null = null;
  let hasValue = false;
  let position = 0;
  for (const word of sub === undefined ? rest : rest.slice(1)) {
    if (waiting !== null && !hasValue) {
      hasValue = true;
      if (!waiting.variadic) waiting = null;
    } else if (word.startsWith('-') && word.length > 1) {
      const option = command.options.find(({ long, short }) => word === long || word === short);
      waiting = option !== undefined && (option.required || option.optional) ? option : null;
      hasValue = false;
    } else if (waiting === null) {
      position += 1;
    }
  }
  const path = sub === undefined ? name : `${name} ${sub.name()}`;
  return { path, command, option: waiting, isMore: waiting !== null && hasValue, position };
}

/** The words that may stand at a place: values, sub-commands, and where a dash is typed options. */
export function wordsAt(spot: Spot | null, before: readonly string[], typed: string): readonly string[] {
  if (before.length === 0) return [...ALL_COMMANDS, 'help'];
  if (before[0] === 'help' && before.length === 1) return ALL_COMMANDS;
  if (spot === null) return [];
  const { command, option, isMore, position, path } = spot;
  const [, flag = ''] = /^(--[a-z-]+)=/.exec(typed) ?? [];
  if (flag !== '') {
    const named = command.options.find(({ long }) => long === flag);
    return named === undefined ? [] : valuesOf(named, path).map((value) => `${flag}=${value}`);
  }
  if (option !== null && !isMore) return valuesOf(option, path);
  if (typed.startsWith('-')) return [...command.options.flatMap(({ long }) => long ?? []), '--help'];
  const argument: Argument | undefined = command.registeredArguments[position];
  const subs = position === 0 && before.length === 1 ? subCommands(command) : [];
  return [...(option === null ? [] : valuesOf(option, path)), ...(argument?.argChoices ?? []), ...subs];
}

/** Those of a command, also where one of them was left out. */
function subCommands(command: Command): readonly string[] {
  const { parent } = command;
  const group = parent?.parent ? parent : command;
  return group.commands.map((each) => each.name());
}

function valuesOf(option: Option, path: string): readonly string[] {
  const [top = ''] = path.split(' ');
  const long = option.long ?? '';
  return option.argChoices ?? VALUES[`${path} ${long}`] ?? VALUES[`${top} ${long}`] ?? VALUES[long] ?? [];
}
