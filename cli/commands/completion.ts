import { Argument, type Command } from 'commander';
import { write } from '../output.ts';
import { type CommandWords, completionScript, SHELLS, type Shell } from '../completion-script.ts';

/** Every command, read from the commands themselves so that they cannot differ. */
async function allWords(): Promise<readonly CommandWords[]> {
  const [{ buildProgram }, { ALL_COMMANDS }] = await Promise.all([import('../program.ts'), import('../commands.ts')]);
  const program = await buildProgram(ALL_COMMANDS);
  return program.commands.map((command) => ({ name: command.name(), about: command.description() }));
}

export function register(program: Command): void {
  program
    .command('completion')
    .description('print a script that completes commands and options in your shell')
    .addArgument(new Argument('<shell>', 'your shell').choices(SHELLS))
    .addHelpText('after', '\nFor example in ~/.bashrc:  source <(keyharbor completion bash)')
    .action(async (shell: Shell) => write(completionScript(shell, await allWords())));
}
