import { resolve } from 'node:path';
import type { Command } from 'commander';
import { AppError } from '../../shared/errors.ts';
import type { AgentClient } from '../agent-client.ts';
import { usage } from '../fail.ts';
import { printJson, write } from '../output.ts';
import { checkPlace, placeOf } from '../new-file.ts';
import { writeSecretFile } from '../secret-file.ts';
import { readTextFileAsItIs, readTextInput } from '../stdin.ts';
import { fill, type Place, placesIn } from '../template.ts';
import { connectUnlocked } from '../unlocked.ts';

interface Options {
  readonly in?: string;
  readonly out?: string;
  readonly wait?: boolean;
  readonly json?: boolean;
}

async function inject(options: Options): Promise<void> {
  const out = placeOf(options.out);
  if (options.json && out === null) {
    throw usage(
      '--json tells of a file that was written, and none is named.',
      'Name one with -o FILE, or leave --json out.',
    );
  }
  const template = await readTemplate(options.in);
  const places = placesIn(template);
  if (out !== null) checkPlace(out);
  const text = places.length === 0 ? template : fill(template, places, await valuesOf(places, options.wait === true));
  if (out === null) return write(text);
  writeSecretFile(out, text);
  if (options.json) printJson({ file: resolve(out), references: places.length });
}

async function readTemplate(path: string | undefined): Promise<string> {
  if (path !== undefined && path !== '-') return readTextFileAsItIs(path, 'The template');
  if (process.stdin.isTTY) {
    throw usage(
      'The template is missing.',
      'Name it with -i FILE, or give it on stdin: keyharbor inject < app.yaml.tmpl',
    );
  }
  return readTextInput('The template');
}

/** What stands behind each reference, asked once however often it is used. */
async function valuesOf(places: readonly Place[], wait: boolean): Promise<ReadonlyMap<string, string>> {
  const first = new Map(places.toReversed().map((place) => [place.ref, place]));
  const agent = await connectUnlocked(wait);
  try {
    const values = [...first.values()]
      .toReversed()
      .map(async (place) => [place.ref, await read(agent, place)] as const);
    return new Map(await Promise.all(values));
  } finally {
    agent.close();
  }
}

async function read(agent: AgentClient, { ref, line }: Place): Promise<string> {
  try {
    return (await agent.call('credentials.read', { ref })).value;
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'vault_locked') throw error;
    throw new AppError(error.code, `Line ${line}, ${ref}: ${error.message} Nothing was written.`, error.hint, {
      cause: error,
      ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
    });
  }
}

export function register(program: Command): void {
  program
    .command('inject')
    .description('fill a template: each {{ kh://PROVIDER/LABEL }} becomes what it names')
    .option('-i, --in <file>', 'the template; stdin if left out')
    .option('-o, --out <file>', 'where the result goes, for you alone (0600); stdout if left out')
    .option('--wait', 'wait until the vault is unlocked')
    .option('--json', 'with -o: what was written, as JSON')
    .addHelpText('after', '\nFor example: keyharbor inject -i config.yaml.tmpl -o config.yaml')
    .action(inject);
}
