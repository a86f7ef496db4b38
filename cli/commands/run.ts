import type { Command } from 'commander';
import type { Input, Output } from '../../shared/contract/methods.ts';
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
  const providers = (options.provider ?? []).map(parseProvider);
  const named = new Map(
    [...file.references, ...(options.env ?? []).map(parseEnvWord)].map((word) => [word.name, word]),
  );
  const variables = await resolve(providers, [...named.values()]);
  // What was said more exactly wins: a provider's usual names, then the file, then --env.
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...values(variables.usual),
    ...file.plain,
    ...values(variables.named),
  };
  const secrets = options.mask ? [...variables.usual, ...variables.named].filter(({ secret }) => secret) : [];
  const { code, problem } = await runChild(
    command,
    env,
    secrets.map(({ value }) => value),
  );
  if (problem !== null) note(`keyharbor: ${problem}`);
  throw new Exit(code);
}

type Variables = Output<'credentials.environment'>;

/** One question for whole providers and one for named variables, for the second may change what the first said. */
async function resolve(
  providers: Items,
  named: Items,
): Promise<{ readonly usual: Variables; readonly named: Variables }> {
  if (providers.length + named.length === 0) return { usual: [], named: [] };
  const agent = await connectAgent();
  const ask = async (items: Items): Promise<Variables> =>
    items.length === 0 ? [] : agent.call('credentials.environment', { items });
  const [usual, exact] = await Promise.all([ask(providers), ask(named)]);
  agent.close();
  return { usual, named: exact };
}

function values(variables: Variables): Record<string, string> {
  return Object.fromEntries(variables.map(({ name, value }) => [name, value]));
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
