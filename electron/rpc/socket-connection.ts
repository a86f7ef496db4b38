import type { Socket } from 'node:net';
import type { ContractEvent } from '../../shared/contract/handlers.ts';
import { AppError, type ErrorBody, toErrorBody } from '../../shared/errors.ts';
import {
  ASKED_EVENT,
  COMMAND_LINE,
  CONTRACT_VERSION,
  clientHello,
  MAX_MESSAGE_BYTES,
  SUBSCRIBE_METHOD,
  type WireEvent,
  type WireRequest,
  wireRequest,
} from '../../shared/wire.ts';
import type { Clock } from '../core/seams.ts';
import type { Peer } from '../core/evidence/peer.ts';
import type { Link, Route } from './caller.ts';
import { LineReader } from './line-reader.ts';

/** Requests of one connection that run at the same time; the next ones wait unread. */
export const MAX_IN_FLIGHT = 16;
/** A subscriber that leaves more than this of events unread is cut off; answers it asked for do not count. */
export const MAX_UNREAD_BYTES = 4 * 1024 * 1024;
export const HELLO_TIMEOUT_MS = 10_000;
/** After our last word: how long the other side may take to read it. */
const FAREWELL_MS = 1000;

export interface SocketConnectionDeps {
  readonly route: Route;
  readonly onEvent: (listener: (event: ContractEvent) => void) => () => void;
  /** Each request counts as the owner's activity. */
  readonly onRequest: () => void;
  readonly version: string;
  readonly clock: Clock;
}

/** One client of the agent socket, from its hello to its end (shared/wire.ts). */
export class SocketConnection {
  readonly #socket: Socket;
  readonly #name: string;
  readonly #deps: SocketConnectionDeps;
  readonly #running = new Set<Promise<void>>();
  #unsubscribe: (() => void) | null = null;
  #unreadEventBytes = 0;
  #greeted = false;
  #ending = false;
  #slotFreed: (() => void) | null = null;
  #link: Omit<Link, 'connection'>;

  constructor(socket: Socket, name: string, deps: SocketConnectionDeps) {
    this.#socket = socket;
    this.#name = name;
    this.#deps = deps;
    this.#link = { onClosed: closingOf(socket), peer: { socket, statedPid: null, program: '' } };
  }

  /** Reads until the client ends, breaks a rule or goes away. Never rejects. */
  async serve(): Promise<void> {
    const reader = new LineReader(MAX_MESSAGE_BYTES);
    const socket = this.#socket;
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.#stopEvents());
    const helloIsLate = this.#deps.clock.after(HELLO_TIMEOUT_MS, () => {
      if (!this.#greeted) socket.destroy();
    });
    try {
      for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
        for (const line of reader.push(chunk as Buffer)) {
          await this.#onLine(line);
          if (this.#ending) return;
        }
      }
      await this.finish(); // the client will send no more, but may still read its answers
    } catch {
      // A line that cannot be read, or a connection that broke: then nobody reads this.
      this.#refuse(malformed());
    } finally {
      helloIsLate();
      reader.drop();
      // What still comes in is thrown away. Not before: while it is iterated over, a socket does not take this.
      socket.resume();
    }
  }

  /** Answers what runs, then ends. */
  async finish(): Promise<void> {
    this.#ending = true;
    this.#stopEvents();
    await Promise.allSettled(this.#running);
    this.#end();
  }

  destroy(): void {
    this.#ending = true;
    this.#socket.destroy();
  }

  async #onLine(line: string): Promise<void> {
    if (this.#ending) return;
    const message = parseJson(line);
    if (!this.#greeted) return this.#greet(message);
    const request = wireRequest.safeParse(message);
    if (!request.success) return this.#refuse(malformed());
    this.#deps.onRequest();
    while (this.#running.size >= MAX_IN_FLIGHT && !this.#ending) {
      await new Promise<void>((freed) => {
        this.#slotFreed = freed;
      });
    }
    if (this.#ending) return;
    const running = this.#answer(request.data).finally(() => {
      this.#running.delete(running);
      this.#slotFreed?.();
    });
    this.#running.add(running);
  }

  #greet(message: unknown): void {
    const contract = claimedContract(message);
    if (contract !== null && contract !== CONTRACT_VERSION) return this.#refuse(otherContract());
    const greeting = clientHello.safeParse(message);
    if (!greeting.success) return this.#refuse(malformed());
    const { client, pid = null } = greeting.data.hello;
    const asked = () => client === COMMAND_LINE && this.#send({ event: ASKED_EVENT, data: {} });
    const peer: Peer = { socket: this.#socket, statedPid: pid, program: client, asked };
    this.#link = { ...this.#link, peer };
    this.#greeted = true;
    this.#send({ hello: { contract: CONTRACT_VERSION, version: this.#deps.version, pid: process.pid } });
  }

  async #answer(request: WireRequest): Promise<void> {
    const { id, method, params } = request;
    try {
      if (method === SUBSCRIBE_METHOD) {
        this.#send({ id, result: {} });
        this.#subscribe();
        return;
      }
      const result = await this.#deps.route({
        caller: 'socket',
        connection: this.#name,
        method,
        params,
        link: this.#link,
      });
      this.#send({ id, result });
    } catch (error) {
      this.#send({ id, error: toErrorBody(error) });
    }
  }

  #subscribe(): void {
    this.#unsubscribe ??= this.#deps.onEvent(({ event, data }) => this.#push({ event, data }));
  }

  #push(event: WireEvent): void {
    const line = Buffer.from(`${JSON.stringify(event)}\n`);
    this.#unreadEventBytes += line.length;
    if (this.#unreadEventBytes > MAX_UNREAD_BYTES) return this.destroy();
    this.#socket.write(line, () => {
      this.#unreadEventBytes -= line.length;
    });
  }

  #stopEvents(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = null;
  }

  #send(message: unknown): void {
    if (this.#socket.writable) this.#socket.write(`${JSON.stringify(message)}\n`);
  }

  #refuse(error: ErrorBody): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#stopEvents();
    this.#send({ id: null, error });
    this.#end();
  }

  /** Ends after what was written. `serve` reads on, so that the last line is not lost to a reset. */
  #end(): void {
    const socket = this.#socket;
    this.#slotFreed?.();
    if (socket.destroyed) return;
    const late = this.#deps.clock.after(FAREWELL_MS, () => socket.destroy());
    socket.once('close', late);
    socket.end();
  }
}

/**
 * Who sends no more is gone, as far as anybody waits for the owner on his behalf: a socket whose other end was closed
 * cannot be told from one of which only the sending half was, until something is written. Answers are sent all the same.
 */
function closingOf(socket: Socket): Link['onClosed'] {
  return (act) => {
    if (socket.destroyed || socket.readableEnded) {
      act();
      return () => undefined;
    }
    const once = (): void => {
      stop();
      act();
    };
    const stop = (): void => {
      socket.removeListener('close', once);
      socket.removeListener('end', once);
    };
    socket.once('close', once);
    socket.once('end', once);
    return stop;
  };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined; // fits no schema; the parser's own message would repeat the input
  }
}

/** The contract version in a hello of any shape: a later version may have a hello that this one does not know. */
function claimedContract(message: unknown): number | null {
  if (typeof message !== 'object' || message === null || !('hello' in message)) return null;
  const { hello } = message;
  if (typeof hello !== 'object' || hello === null || !('contract' in hello)) return null;
  return typeof hello.contract === 'number' ? hello.contract : null;
}

const malformed = (): ErrorBody =>
  toErrorBody(new AppError('invalid_input', 'This is not a message of the Keyharbor socket. The connection ends.'));

const otherContract = (): ErrorBody =>
  toErrorBody(
    new AppError(
      'unsupported',
      'The client and the running app are of different versions. Nothing was done.',
      'Update both to one version, then restart the agent.',
    ),
  );
