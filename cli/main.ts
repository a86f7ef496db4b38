import { dirname } from 'node:path';
import { takeCalledName } from './called.ts';
import { get } from './commands/get.ts';
import { setBuiltFolder } from './connect.ts';
import { Exit, exitCodeOf, formatFailure, wantsJson } from './fail.ts';
import { guardStderr } from './output.ts';

/**
 * `keyharbor get REF` is run in loops and shell start-up files, so nothing else is loaded for it: no parser, no schemas,
 * no other command. Every other line goes to program.ts.
 */
async function main(words: readonly string[]): Promise<void> {
  const [command, ref, ...more] = words;
  if (command === 'get' && ref?.startsWith('kh://') && more.length === 0) return get(ref);
  if (command === '__complete') return (await import('./complete.ts')).complete(words.slice(1));
  const { runProgram } = await import('./program.ts');
  return runProgram(words);
}

takeCalledName(process.env);
setBuiltFolder(dirname(import.meta.dirname));
const words = process.argv.slice(2);
main(words).catch((error: unknown) => {
  guardStderr();
  if (!(error instanceof Exit)) process.stderr.write(formatFailure(error, wantsJson(words)));
  process.exitCode = exitCodeOf(error);
  // Something may still hold the process: a connection that waits, a terminal that is read.
  if (process.stdout.writableLength === 0) process.exit();
});
