import { Command, CommanderError } from 'commander';
import { type AppError, ERROR_OUTCOMES } from '../shared/errors.ts';
import { nearest } from '../shared/nearest.ts';
import { isBareReference, isReference } from '../shared/reference.ts';
import { helpAsCalled } from './called.ts';
import { ALL_COMMANDS, type CommandName, COMMANDS, isCommandName } from './commands.ts';
import { Exit, usage } from './fail.ts';
import { write } from './output.ts';
import { VERSION } from './version.ts';

const ABOUT = `Keys of your APIs in one encrypted vault; into programs, not into files.

A reference stands where a program would hold a secret: kh://PROVIDER/LABEL[/FIELD][?version=N]`;

const EXAMPLES = `
Examples:
  keyharbor init                                      make the vault
  keyharbor add openai --label work                   asks for the key without showing it
  keyharbor get kh://openai/work                      the key, alone on stdout
  keyharbor run --env OPENAI_API_KEY=kh://openai/work -- python app.py
  keyharbor help run                                  all about one command

Exit codes: 0 ok, 1 failed, 2 usage, 3 locked, 4 not found, 5 refused, 6 the provider says no.`;

/** Commander's own words would repeat what was typed, and a secret may have been typed in the wrong place. */
class Keyharbor extends Command {
  override createCommand(name?: string): Command {
    return new Keyharbor(name);
  }

  override error(message: string, options?: { readonly code?: string }): never {
    const code = options?.code ?? '';
    const refused =
      this.#secretInSight(message, code) ??
      this.#wrongWord(code) ??
      this.#onlyReference(message, code) ??
      this.#tooEarly(message, code);
    throw refused ?? usage(explain(message, code), this.#advice(message));
  }

  /** Where a command asks for a secret, a word too many probably is one, and so is the value of `--key`. */
  #secretInSight(message: string, code: string): AppError | null {
    const way = this.options.find(({ long }) => long === '--stdin' || long === '--password-stdin')?.long;
    if (way === undefined) return null;
    const isOption = code === 'commander.unknownOption' && /'--?[a-z-]*(key|token|secret|pass|value)/i.test(message);
    if (!isOption && code !== 'commander.excessArguments') return null;
    const what = isOption ? explain(message, code).slice(0, -1) : 'There are more arguments than this command takes';
    return usage(
      `${what}, and a secret is never taken from the command line. Nothing was changed.`,
      `Use ${way}, or type it when you are asked. Other programs and the shell's history see what stands here: if it was a real secret, replace it.`,
    );
  }

  /** Commands that take no word of their own, and sub-commands that may be left out, get what was meant as one of them. */
  #wrongWord(code: string): AppError | null {
    if (code !== 'commander.excessArguments') return null;
    const { parent } = this;
    const isDefault = parent !== null && parent.parent !== null && parent.args[0] !== this.name();
    const group = this.commands.length > 0 ? this : isDefault ? parent : null;
    const word = this.args[0] ?? '';
    const near =
      group === null
        ? null
        : nearest(
            word.toLowerCase(),
            group.commands.map((each) => each.name()),
          );
    if (group === null || (near === null && this.registeredArguments.length > 0)) return null;
    const hint = near === null ? `See "${pathOf(group)} --help" for what there is.` : `Did you mean ${near}?`;
    return usage(explain(`error: unknown command '${word}'`, 'commander.unknownCommand'), hint);
  }

  /** A reference where the command belongs. It is not repeated: what looks like one may be a secret. */
  #onlyReference(message: string, code: string): AppError | null {
    if (this.parent !== null || code !== 'commander.unknownCommand') return null;
    const word = /'(.*)'/s.exec(message)?.[1] ?? '';
    if (!isReference(word) && !isBareReference(word)) return null;
    return usage(
      'This is a reference, and what to do with it is missing.',
      'The command comes first, as in "keyharbor get kh://openai/work"; show, test and edit take one, too.',
    );
  }

  /** An option before the command. */
  #tooEarly(message: string, code: string): AppError | null {
    if (this.parent !== null || code !== 'commander.unknownOption' || message.includes('Did you mean')) return null;
    if (message.includes("'-v'")) return usage(explain(message, code), 'Did you mean --version?');
    return usage(explain(message, code), 'Options stand after the command, as in "keyharbor list --json".');
  }

  #advice(message: string): string {
    const nearest = /\(Did you mean (?:one of )?([^?]+)\?\)/.exec(message)?.[1];
    if (nearest !== undefined) return `Did you mean ${nearest}?`;
    const choices = /Allowed choices are (.+)\.$/.exec(message)?.[1];
    if (choices !== undefined) return `One of: ${choices}.`;
    const path = pathOf(this);
    if (this.commands.length > 0) return `See "${path} --help" for what there is.`;
    return `Usage: ${path} ${this.usage()}`;
  }
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

/** Only what looks like a word of ours is repeated. */
function quoted(message: string, kind: RegExp): string {
  const word = /'([^'=]*)/.exec(message)?.[1] ?? '';
  return kind.test(word) ? ` "${word}"` : '';
}

function explain(message: string, code: string): string {
  // These messages name what the command defines, not what was typed.
  const defined = /'([^']+)'/.exec(message)?.[1] ?? '';
  switch (code) {
    case 'commander.unknownCommand':
      return `There is no command${quoted(message, /^[a-z][a-z-]{0,19}$/)}.`;
    case 'commander.unknownOption':
      return `There is no option${quoted(message, /^--?[a-z][a-z-]{0,19}$/)} here.`;
    case 'commander.missingArgument':
      return `<${defined}> is missing.`;
    case 'commander.optionMissingArgument':
      return `The option ${defined} needs a value.`;
    case 'commander.missingMandatoryOptionValue':
      return `The option ${defined} is needed.`;
    case 'commander.excessArguments':
      return 'There are more arguments than this command takes.';
    case 'commander.invalidArgument': {
      // Here the first quotes hold what was typed, unless an option comes first.
      const what = /^error: option/.test(message) ? defined : (/argument '([^']+)'/.exec(message)?.[1] ?? '');
      return `The value of ${what} is not one that is known.`;
    }
    default:
      return 'This command line is not understood.';
  }
}

/** A program with the named commands; the others are not loaded. */
export async function buildProgram(names: readonly CommandName[]): Promise<Command> {
  const program = new Keyharbor('keyharbor')
    .description(ABOUT)
    .usage('COMMAND [options]')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .configureHelp({ subcommandTerm: (command) => command.name(), showGlobalOptions: false })
    .configureOutput({
      // Help says how each command is typed here, as advice does.
      writeOut: (text) => write(helpAsCalled(text)),
      writeErr: (text) => process.stderr.write(helpAsCalled(text)),
      outputError: () => undefined,
    })
    .exitOverride()
    .addHelpText('after', EXAMPLES);
  for (const name of names) {
    program.commandsGroup(COMMANDS[name].group);
    const { register } = await COMMANDS[name].load();
    register(program);
  }
  for (const command of program.commands) {
    // Those that do something without a sub-command would else have none.
    if (command.commands.length > 0) command.helpCommand('help [command]', 'show help, for a command too');
  }
  program.addHelpCommand(
    program.createCommand('help').argument('[command]').description('show help, for a command too').helpGroup('Other:'),
  );
  return program;
}

/** `help` with what follows it as the words that mean the same: `help quota set` is `quota set --help`. */
function helpWords(given: readonly string[]): readonly string[] {
  const [first, topic, ...more] = given;
  if (first !== 'help' || topic === undefined) return given;
  if (topic === 'help') return [topic];
  // Help on what is no command: as wrong a word as the command itself.
  return isCommandName(topic) ? [topic, ...more.slice(0, 1), '--help'] : [topic];
}

/** `help quota nothing`: without "--help" the wrong word is told. Of commands that take words of their own any word may be one. */
function isHelpOnNothing([first, topic, part]: readonly string[], program: Command): boolean {
  const command = first === 'help' ? program.commands.find((each) => each.name() === topic) : undefined;
  if (command === undefined || part === undefined || command.commands.length === 0) return false;
  return command.registeredArguments.length === 0 && !command.commands.some((each) => each.name() === part);
}

/** Runs one command line. @throws AppError, Exit. */
export async function runProgram(given: readonly string[]): Promise<void> {
  const words = helpWords(given);
  const first = words[0] ?? 'help';
  const known = isCommandName(first) ? [first] : ALL_COMMANDS;
  const program = await buildProgram(known);
  try {
    const line = isHelpOnNothing(given, program) ? words.slice(0, -1) : words;
    await program.parseAsync(line.length === 0 ? ['help'] : line, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help or the version was printed; on stderr where a sub-command was missing.
    if (error.exitCode !== 0) throw new Exit(ERROR_OUTCOMES.invalid_input.exit);
  }
}
