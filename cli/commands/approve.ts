import { Argument, type Command, Option } from 'commander';
import type { AccessAnswer, AccessRequest } from '../../shared/contract/access.ts';
import { AppError } from '../../shared/errors.ts';
import { ANSWER_OPTIONS, ANSWER_WORDS, answerOf, describeRequest, optionOf } from '../access-words.ts';
import type { AgentClient } from '../agent-client.ts';
import { connectAgent } from '../connect.ts';
import { usage } from '../fail.ts';
import { note, print, printJson, write } from '../output.ts';
import { ask, canAsk, forgetTypedAhead } from '../terminal.ts';
import { requireUnlocked } from '../vault-state.ts';
import { remarkOfZone, zoneOf } from '../zone-times.ts';

/** SECURITY-DESIGN.md section 7: a yes that comes sooner was not meant for this question. */
const READING_TIME_MS = 700;

interface Options {
  readonly answer?: string;
  readonly follow?: boolean;
  readonly json?: boolean;
}

async function approve(id: string | undefined, options: Options): Promise<void> {
  if ((id === undefined) !== (options.answer === undefined)) {
    throw usage('An id and --answer go together.', 'For example: keyharbor approve 0123456789abcdef --answer once');
  }
  const agent = await connectAgent();
  await requireUnlocked(agent);
  try {
    if (id !== undefined && options.answer !== undefined) return await answerOne(agent, id, options);
    const zone = await zoneOf(agent);
    if (!options.json) remarkOfZone(zone);
    const describe = (request: AccessRequest): void => describeWithAnswers(request, zone);
    if (options.follow) await new Desk(agent, zone, options.json === true ? printLine : describe).serve();
    else if (options.json) printJson(await agent.call('access.requests', {}));
    else if (canAsk()) await new Desk(agent, zone).serve();
    else await list(agent, zone);
  } finally {
    agent.close();
  }
}

async function answerOne(agent: AgentClient, id: string, { answer: word = '', json }: Options): Promise<void> {
  const answer = answerOf(word);
  if (answer === null) throw usage('This answer is not known.', `One of: ${ANSWER_OPTIONS.join(', ')}.`);
  await agent.call('access.answer', { id, answer });
  if (json) printJson({ id, answer: optionOf(answer) });
  else print(answer === 'deny' ? 'Refused.' : `Allowed ${ANSWER_WORDS[answer]}.`);
}

async function list(agent: AgentClient, zone: string): Promise<void> {
  const requests = await agent.call('access.requests', {});
  for (const request of requests) {
    describeWithAnswers(request, zone);
  }
  if (requests.length === 0) note('Nobody waits for an answer.');
}

function describeWithAnswers(request: AccessRequest, zone: string): void {
  const answers = request.answers.map(optionOf).join('|');
  write(`${describeRequest(request, zone)}Answer with: keyharbor approve ${request.id} --answer ${answers}\n\n`);
}

const printLine = (request: AccessRequest): void => print(JSON.stringify(request));

/** Asks one request after the other, and waits for more until Ctrl-C or the end of the agent. */
class Desk {
  readonly #agent: AgentClient;
  readonly #zone: string;
  #waiting: AccessRequest[] = [];
  #shown: { readonly id: string; readonly withdraw: AbortController } | null = null;
  #wake: () => void = () => undefined;
  readonly #tell: ((request: AccessRequest) => void) | null;

  /** @param tell - instead of asking: another command answers. */
  constructor(agent: AgentClient, zone: string, tell: ((request: AccessRequest) => void) | null = null) {
    this.#agent = agent;
    this.#zone = zone;
    this.#tell = tell;
  }

  async serve(): Promise<void> {
    let over: 'locked' | 'ended' | null = null;
    const end = (how: 'locked' | 'ended'): void => {
      over ??= how;
      this.#shown?.withdraw.abort();
      this.#wake();
    };
    void this.#agent.closed().then(() => end('ended'));
    // Before the list: what comes in between is in both, and asked once.
    await this.#agent.subscribe((event, data) => {
      if (event === 'access.requested') this.#add(data as AccessRequest);
      else if (event === 'access.settled') this.#remove((data as { readonly id: string }).id);
      else if (event === 'vault.locked') end('locked');
    });
    for (const request of await this.#agent.call('access.requests', {})) this.#add(request);
    if (this.#waiting.length === 0) note('Nobody waits for an answer yet. What comes is shown here; Ctrl-C ends this.');
    const stop = (): void => process.exit(130);
    process.on('SIGINT', stop);
    while (over === null) {
      const next = this.#waiting.shift();
      if (next !== undefined) await (this.#tell === null ? this.#ask(next) : this.#tell(next));
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    process.removeListener('SIGINT', stop);
    if (over === 'locked')
      throw new AppError('vault_locked', 'The vault was locked; nobody waits any more.', 'Unlock it: keyharbor unlock');
    throw new AppError('internal', 'The agent or app has ended.', 'Start it again: keyharbor unlock');
  }

  #add(request: AccessRequest): void {
    if (this.#shown?.id === request.id || this.#waiting.some(({ id }) => id === request.id)) return;
    this.#waiting.push(request);
    this.#wake();
  }

  #remove(id: string): void {
    this.#waiting = this.#waiting.filter((request) => request.id !== id);
    if (this.#shown?.id === id) this.#shown.withdraw.abort();
  }

  async #ask(request: AccessRequest): Promise<void> {
    const withdraw = new AbortController();
    this.#shown = { id: request.id, withdraw };
    const { signal } = withdraw;
    process.stderr.write(`\n${describeRequest(request, this.#zone)}${choices(request.answers)}`);
    forgetTypedAhead();
    const shownAtMs = performance.now();
    let answer: AccessAnswer | null = null;
    while (answer === null && !signal.aborted) {
      const typed = (await ask('Your answer [1 = no]: ', true, signal)).trim();
      if (signal.aborted) break;
      const chosen = typed === '' ? 'deny' : request.answers[Number(typed) - 1];
      const tooQuick = chosen !== 'deny' && performance.now() - shownAtMs < READING_TIME_MS;
      if (chosen === undefined) note('Type the number of an answer.');
      else if (tooQuick) note('That was too quick to have been read; once more.');
      else answer = chosen;
    }
    if (answer === null) note('It was settled elsewhere, or took too long.');
    else if ((await this.#send(request.id, answer)) === 'too-soon') this.#waiting.unshift(request);
    this.#shown = null;
  }

  async #send(id: string, answer: AccessAnswer): Promise<'done' | 'too-soon'> {
    try {
      await this.#agent.call('access.answer', { id, answer });
      note(answer === 'deny' ? 'Refused.' : `Allowed ${ANSWER_WORDS[answer]}.`);
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'internal') throw error;
      note(`keyharbor: ${error.message}`);
      if (error.code === 'throttled') return 'too-soon';
    }
    return 'done';
  }
}

const choices = (answers: readonly AccessAnswer[]): string =>
  answers.map((answer, index) => `  ${index + 1}  ${ANSWER_WORDS[answer]}\n`).join('');

export function register(program: Command): void {
  program
    .command('approve')
    .description('answer programs that ask for your keys; at a terminal it waits for more until Ctrl-C')
    .addArgument(new Argument('[id]', 'the request to answer'))
    .addOption(new Option('--answer <answer>', 'what to say to it').choices(ANSWER_OPTIONS))
    .option('--follow', 'print what comes, as it comes, and ask nothing: answer with another command')
    .option('--json', 'list what waits, as JSON; with --follow one line each')
    .action(approve);
}
