import { Command, CommanderError } from 'commander';
import { ERROR_OUTCOMES } from '../shared/errors.ts';
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
    throw usage(explain(message, options?.code ?? ''), this.#advice(message));
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
    .configureOutput({ writeOut: write, writeErr: (text) => process.stderr.write(text), outputError: () => undefined })
    .exitOverride()
    .addHelpText('after', EXAMPLES);
  for (const name of names) {
    program.commandsGroup(COMMANDS[name].group);
    const { register } = await COMMANDS[name].load();
    register(program);
  }
  program.addHelpCommand(
    program.createCommand('help').argument('[command]').description('show help, for a command too').helpGroup('Other:'),
  );
  return program;
}

/** Runs one command line. @throws AppError, Exit. */
export async function runProgram(given: readonly string[]): Promise<void> {
  const topic = given[0] === 'help' ? given[1] : undefined;
  // Help on what is no command: as wrong a word as the command itself.
  const words = topic === undefined || isCommandName(topic) || topic === 'help' ? given : [topic];
  const first = words[0] ?? 'help';
  const known = isCommandName(first) ? [first] : ALL_COMMANDS;
  const program = await buildProgram(known);
  try {
    await program.parseAsync(words.length === 0 ? ['help'] : words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help or the version was printed; on stderr where a sub-command was missing.
    if (error.exitCode !== 0) throw new Exit(ERROR_OUTCOMES.invalid_input.exit);
  }
}
