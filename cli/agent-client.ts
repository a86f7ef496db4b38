import { connect, type Socket } from 'node:net';
import type { EventName } from '../shared/contract/events.ts';
import type { Input, MethodName, Output } from '../shared/contract/methods.ts';
import { AppError, isErrorCode } from '../shared/errors.ts';
import { ASKED_EVENT, COMMAND_LINE, CONTRACT_VERSION, MAX_ANSWER_BYTES } from '../shared/wire-limits.ts';
import { agentPid, assertOwnSocket, homeFolder } from './home.ts';
import { note } from './output.ts';

/** How long a program that took our connection may stay silent before it counts as hung. */
const HELLO_TIMEOUT_MS = 10_000;
const NEWLINE = 0x0a;
const NOBODY_LISTENS = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTDIR']);

const ASKED =
  'keyharbor: Waiting for your answer. Keyharbor asks in a window of its own (where there is none: "keyharbor approve") whether this is allowed; no answer within a minute is a no.';

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Who asks, for the owner to see. Where the system does not tell sessions apart, the shell stands for its own. */
const callerPid = (): number => (process.platform === 'linux' ? process.pid : process.ppid);

/**
 * The client's end of the line protocol (shared/wire.ts). The hello travels with the first request. What the agent says
 * is not checked against the schemas again: it is the owner's own program, and loading them would cost more than a call.
 */
export class AgentClient {
  /** Process id of the agent; known after the first answer. */
  pid: number | null = null;
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  readonly #closed: Promise<void>;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #nextId = 1;
  #greeted = false;
  #saysAsked = false;
  #helloTimer: NodeJS.Timeout | undefined;
  #end: AppError | null = null;
  #onEvent: ((event: EventName, data: unknown) => void) | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#fail(agentEnded());
        resolve();
      });
    });
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
  }

  /**
   * @returns null where nobody listens.
   * @throws AppError `security_violation` for a socket that is not ours, `forbidden` where the system refuses.
   */
  static async open(path: string): Promise<AgentClient | null> {
    assertOwnSocket(path);
    const socket = connect(path);
    return new Promise((resolve, reject) => {
      const onError = (error: NodeJS.ErrnoException): void => {
        if (NOBODY_LISTENS.has(error.code ?? '')) return resolve(null);
        reject(
          new AppError(
            'forbidden',
            'The agent could not be reached. Nothing was done.',
            'Check that the home and what is in it belongs to you and can be written, and that you are the user who started it.',
            { cause: error },
          ),
        );
      };
      socket.once('error', onError);
      socket.once('connect', () => {
        socket.removeListener('error', onError);
        resolve(new AgentClient(socket));
      });
    });
  }

  /** @throws AppError with the agent's own code, or `internal` when the connection breaks before the answer. */
  async call<M extends MethodName>(method: M, input: Input<M>): Promise<Output<M>> {
    return (await this.#ask(method, input)) as Output<M>;
  }

  /** From the answer on, `listener` gets what the agent tells without being asked, until the connection closes. */
  async subscribe(listener: (event: EventName, data: unknown) => void): Promise<void> {
    this.#onEvent = listener;
    await this.#ask('events.subscribe', {});
  }

  async #ask(method: string, input: unknown): Promise<unknown> {
    if (this.#end !== null) throw this.#end;
    const id = this.#nextId++;
    const request = `${JSON.stringify({ id, method, params: input })}\n`;
    const first =
      id === 1
        ? `${JSON.stringify({ hello: { contract: CONTRACT_VERSION, client: COMMAND_LINE, pid: callerPid() } })}\n`
        : '';
    if (id === 1) this.#helloTimer = setTimeout(() => this.#break(agentSilent()), HELLO_TIMEOUT_MS);
    const answer = new Promise<unknown>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#socket.write(first + request);
    return answer;
  }

  /** Ends the connection; what still waits is rejected. */
  close(): void {
    this.#socket.destroy();
  }

  /** Resolves when the connection is over, whoever ended it. */
  closed(): Promise<void> {
    return this.#closed;
  }

  #onData(chunk: Buffer): void {
    let rest = chunk;
    for (let end = rest.indexOf(NEWLINE); end >= 0 && this.#end === null; end = rest.indexOf(NEWLINE)) {
      this.#chunks.push(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
      const line = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks);
      this.#chunks = [];
      this.#bytes = 0;
      this.#onLine(line?.toString('utf8') ?? '');
    }
    if (rest.length === 0) return;
    this.#chunks.push(rest);
    this.#bytes += rest.length;
    if (this.#bytes > MAX_ANSWER_BYTES) this.#break(notOurs());
  }

  #onLine(line: string): void {
    const message = parseObject(line);
    if (message === null) return this.#break(notOurs());
    if ('error' in message) {
      const error = remoteError(message.error);
      return typeof message.id === 'number' ? this.#settle(message.id, error, undefined) : this.#break(error);
    }
    if (!this.#greeted) {
      const hello = (message.hello ?? {}) as { contract?: unknown; pid?: unknown };
      if (hello.contract !== CONTRACT_VERSION) return this.#break(otherContract());
      this.#greeted = true;
      this.pid = typeof hello.pid === 'number' ? hello.pid : null;
      clearTimeout(this.#helloTimer);
    } else if (typeof message.id === 'number') {
      this.#settle(message.id, null, message.result);
    } else if (message.event === ASKED_EVENT) {
      this.#tellAsked();
    } else if (typeof message.event === 'string') {
      this.#onEvent?.(message.event as EventName, message.data);
    }
  }

  /** Once: one answer is for all that a command asks. */
  #tellAsked(): void {
    if (!this.#saysAsked) note(ASKED);
    this.#saysAsked = true;
  }

  #settle(id: number, error: AppError | null, result: unknown): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === null) waiting?.resolve(result);
    else waiting?.reject(error);
  }

  #break(error: AppError): void {
    this.#fail(error);
    this.#socket.destroy();
  }

  /** The first reason stays: the close that follows it says less. */
  #fail(error: AppError): void {
    clearTimeout(this.#helloTimer);
    this.#end ??= error;
    for (const waiting of this.#waiting.values()) waiting.reject(this.#end);
    this.#waiting.clear();
  }
}

function parseObject(line: string): Record<string, unknown> | null {
  try {
    const message: unknown = JSON.parse(line);
    return typeof message === 'object' && message !== null ? (message as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function remoteError(body: unknown): AppError {
  const { code, message, hint, retryAfterMs } = (body ?? {}) as Record<string, unknown>;
  if (!isErrorCode(code) || typeof message !== 'string') return notOurs();
  if (code === 'unsupported' && typeof hint !== 'string') return otherContract();
  const wait = typeof retryAfterMs === 'number' ? { retryAfterMs } : {};
  return new AppError(code, message, typeof hint === 'string' ? hint : '', wait);
}

const RESTART = 'Restart the agent: run "keyharbor stop" with the version that started it, or quit the app.';

const otherContract = (): AppError =>
  new AppError('unsupported', 'The running agent or app is of another version. Nothing was done.', RESTART);

const notOurs = (): AppError =>
  new AppError('internal', 'The running agent sent something that cannot be read. The connection was closed.', RESTART);

function agentSilent(): AppError {
  const pid = agentPid(homeFolder(process.env));
  if (pid === null) {
    return new AppError('internal', 'The running agent does not answer.', 'End its process and try again.');
  }
  const kill = process.platform === 'win32' ? `taskkill /f /pid ${pid}` : `kill -9 ${pid}`;
  return new AppError(
    'internal',
    `The running agent or app, process ${pid}, does not answer.`,
    `Try again in a moment. If it stays so, end it with "${kill}": what was stored is safe.`,
  );
}

const agentEnded = (): AppError =>
  new AppError(
    'internal',
    'The agent ended before it answered; whether the change was made is not known.',
    'Run the command again; "keyharbor doctor" says what state things are in.',
  );
