import type { Command } from 'commander';
import type { Input } from '../../shared/contract/methods.ts';
import { PROVIDER_ID_PATTERN } from '../../shared/reference.ts';
import type { AgentClient } from '../agent-client.ts';
import { runChild } from '../child.ts';
import { readEnvFile, referenceFor, VARIABLE_NAME } from '../env-file.ts';
import { Exit, usage } from '../fail.ts';
import { lend, type ProxyWish, type Variable } from '../lent.ts';
import { note } from '../output.ts';
import { connectUnlocked, isLocked } from '../unlocked.ts';

type Named = readonly { readonly name: string; readonly ref: string }[];
type Providers = readonly { readonly provider: string }[];

interface Options {
  readonly env?: readonly string[];
  readonly envFile?: string;
  readonly provider?: readonly string[];
  readonly proxy?: boolean;
  readonly wait?: boolean;
  readonly mask: boolean;
}

/** @throws AppError `invalid_input`; the text is not repeated, a secret may stand in it. */
function parseEnvWord(text: string): { readonly name: string; readonly ref: string } {
  const at = text.indexOf('=');
  const name = text.slice(0, Math.max(at, 0));
  if (!VARIABLE_NAME.test(name))
    throw usage('--env takes NAME=REF.', 'For example --env OPENAI_API_KEY=kh://openai/work');
  return referenceFor(name, text.slice(at + 1));
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
  const { usual, exact, hidden, agent } = await fetchVariables(command, providers, [...named.values()], options);
  // What was said more exactly wins: a provider's usual names, then the file, then --env.
  const env: NodeJS.ProcessEnv = { ...process.env, ...values(usual), ...file.plain, ...values(exact) };
  const secrets = [...usual, ...exact].filter(({ secret }) => secret).map(({ value }) => value);
  const { code, problem } = await runChild(command, env, options.mask ? [...secrets, ...hidden] : []);
  agent?.close();
  if (problem !== null) note(`keyharbor: ${problem}`);
  throw new Exit(code);
}

type Variables = readonly Variable[];

interface Fetched {
  readonly usual: Variables;
  readonly exact: Variables;
  /** Secrets that stand inside of others. */
  readonly hidden: readonly string[];
  /** Kept open for as long as the child lives where its token hangs on it; else null. */
  readonly agent: AgentClient | null;
}

/** With --wait a vault that was locked again before the question came is waited for again. */
async function fetchVariables(
  command: readonly string[],
  providers: Providers,
  named: Named,
  options: Options,
): Promise<Fetched> {
  if (providers.length + named.length === 0) {
    if (!options.proxy) return { usual: [], exact: [], hidden: [], agent: null };
    throw usage(
      'With --proxy the keys to use are missing.',
      'For example: keyharbor run --proxy --provider openai -- python app.py',
    );
  }
  for (;;) {
    const agent = await connectUnlocked(options.wait === true);
    try {
      if (options.proxy) {
        const { variables, token } = await lend(agent, command, wishesOf(providers, named));
        return { usual: [], exact: variables, hidden: [token], agent };
      }
      const variables = await resolve(agent, providers, named);
      agent.close();
      return { ...variables, hidden: [], agent: null };
    } catch (error) {
      agent.close();
      if (!options.wait || !isLocked(error)) throw error;
    }
  }
}

const wishesOf = (providers: Providers, named: Named): readonly ProxyWish[] => [
  ...providers.map(({ provider }) => ({ name: null, ref: `kh://${provider}` })),
  ...named,
];

/** One question for whole providers and one for named variables, for the second may change what the first said. */
async function resolve(
  agent: AgentClient,
  providers: Providers,
  named: Named,
): Promise<{ readonly usual: Variables; readonly exact: Variables }> {
  const ask = async (items: Input<'credentials.environment'>['items']): Promise<Variables> =>
    items.length === 0 ? [] : agent.call('credentials.environment', { items });
  const [usual, exact] = await Promise.all([ask([...providers]), ask([...named])]);
  return { usual, exact };
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
    .option('--proxy', 'give it a token and the address of the endpoint instead: the key stays in Keyharbor')
    .option('--wait', 'wait until the vault is unlocked')
    .option('--no-mask', 'let the output through as it is')
    .passThroughOptions()
    .action(run);
}
