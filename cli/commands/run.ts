import type { Command } from 'commander';
import type { Input } from '../../shared/contract/methods.ts';
import { parseReference, PROVIDER_ID_PATTERN } from '../../shared/reference.ts';
import { runChild } from '../child.ts';
import { connectAgent } from '../connect.ts';
import { readEnvFile, VARIABLE_NAME } from '../env-file.ts';
import { Exit, usage } from '../fail.ts';
import { note } from '../output.ts';

type Items = Input<'credentials.environment'>['items'];

interface Options {
  readonly env?: readonly string[];
  readonly envFile?: string;
  readonly provider?: readonly string[];
  readonly mask: boolean;
}

/** @throws AppError `invalid_input`; the text is not repeated, a secret may stand in it. */
function parseEnvWord(text: string): { readonly name: string; readonly ref: string } {
  const at = text.indexOf('=');
  const name = text.slice(0, Math.max(at, 0));
  if (!VARIABLE_NAME.test(name))
    throw usage('--env takes NAME=REF.', 'For example --env OPENAI_API_KEY=kh://openai/work');
  const ref = text.slice(at + 1);
  parseReference(ref);
  return { name, ref };
}

function parseProvider(text: string): { readonly provider: string } {
  if (PROVIDER_ID_PATTERN.test(text)) return { provider: text };
  throw usage(
    '--provider takes the id of a provider.',
    'See "keyharbor providers"; one key goes in with --env NAME=REF.',
  );
}

async function run(command: readonly string[], options: Options): Promise<void> {
  if (command.length === 0)
    throw usage('The command to run is missing.', 'For example: keyharbor run --provider openai -- python app.py');
  const file = options.envFile === undefined ? { references: [], plain: {} } : readEnvFile(options.envFile);
  // The later one wins where a name comes twice: what was said most exactly.
  const items: Items = [
    ...(options.provider ?? []).map(parseProvider),
    ...file.references,
    ...(options.env ?? []).map(parseEnvWord),
  ];
  const variables = await resolve(items);
  const env: NodeJS.ProcessEnv = { ...process.env, ...file.plain };
  for (const { name, value } of variables) env[name] = value;
  const secrets = options.mask ? variables.filter(({ secret }) => secret).map(({ value }) => value) : [];
  const { code, problem } = await runChild(command, env, secrets);
  if (problem !== null) note(`keyharbor: ${problem}`);
  throw new Exit(code);
}

async function resolve(items: Items): Promise<readonly { name: string; value: string; secret: boolean }[]> {
  if (items.length === 0) return [];
  const agent = await connectAgent();
  const variables = await agent.call('credentials.environment', { items });
  agent.close();
  return variables;
}

const collect = (word: string, all: readonly string[] = []): readonly string[] => [...all, word];

export function register(program: Command): void {
  program
    .command('run')
    .description('run a program with keys in its environment, and in no other')
    .usage('[options] -- COMMAND [ARG]...')
    .argument('[command...]', 'the program and its arguments; no shell is used')
    .option('--env <name=ref>', 'set NAME to what kh://PROVIDER/LABEL holds; repeat for more', collect)
    .option('--env-file <file>', 'a .env file whose values may be references')
    .option(
      '--provider <id>',
      "all variables of a provider's default key, under their usual names; repeat for more",
      collect,
    )
    .option('--no-mask', 'let the output through as it is (and let the program see a terminal)')
    .passThroughOptions()
    .action(run);
}
