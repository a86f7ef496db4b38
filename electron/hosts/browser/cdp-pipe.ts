import type { Readable, Writable } from 'node:stream';
import type { ProtocolMapping } from 'devtools-protocol/types/protocol-mapping.js';

/**
 * The Chrome DevTools Protocol over the two pipes that `--remote-debugging-pipe` opens: JSON messages, each ended by
 * a NUL byte. No port is opened, so nobody else on this computer can connect.
 */
type Commands = ProtocolMapping.Commands;
type Events = ProtocolMapping.Events;
export type CommandName = keyof Commands;
export type EventName = keyof Events;
type Params<C extends CommandName> = Commands[C]['paramsType'];
type Listener = (params: never, sessionId: string | undefined) => void;

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly sessionId?: string;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** A command that the browser refused, or one that the end of the connection left without an answer. */
export class CdpError extends Error {}

const NUL = 0;

export class CdpPipe {
  readonly closed: Promise<void>;
  readonly #toBrowser: Writable;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Map<string, Set<Listener>>();
  #received: Buffer[] = [];
  #lastId = 0;
  #open = true;

  constructor(toBrowser: Writable, fromBrowser: Readable) {
    this.#toBrowser = toBrowser;
    this.closed = new Promise((resolve) => {
      const end = () => {
        this.#end();
        resolve();
      };
      fromBrowser.on('data', (chunk: Buffer) => this.#receive(chunk));
      fromBrowser.once('close', end).once('error', end);
      toBrowser.once('error', end);
    });
  }

  send<C extends CommandName>(
    method: C,
    params?: Params<C>[0],
    sessionId?: string,
  ): Promise<Commands[C]['returnType']> {
    if (!this.#open) return Promise.reject(new CdpError(`${method}: the browser is gone`));
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#pending.set(id, { resolve, reject: (error) => reject(new CdpError(`${method}: ${error.message}`)) });
    this.#toBrowser.write(`${JSON.stringify({ id, method, params: params ?? {}, sessionId })}\0`);
    return promise as Promise<Commands[C]['returnType']>;
  }

  /** Events of all sessions; `sessionId` is undefined for those of the browser itself. Returns how to stop. */
  on<E extends EventName>(
    event: E,
    listener: (params: Events[E][0], sessionId: string | undefined) => void,
  ): () => void {
    const listeners = this.#listeners.get(event) ?? new Set<Listener>();
    this.#listeners.set(event, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  session(sessionId: string): CdpSession {
    return new CdpSession(this, sessionId);
  }

  #receive(chunk: Buffer): void {
    let rest = chunk;
    for (let end = rest.indexOf(NUL); end !== -1; end = rest.indexOf(NUL)) {
      const text = Buffer.concat([...this.#received, rest.subarray(0, end)]).toString('utf8');
      this.#received = [];
      rest = rest.subarray(end + 1);
      this.#handle(JSON.parse(text) as Message);
    }
    if (rest.length > 0) this.#received.push(rest);
  }

  #handle(message: Message): void {
    if (message.id !== undefined) {
      const pending = this.#pending.get(message.id);
      this.#pending.delete(message.id);
      if (message.error === undefined) pending?.resolve(message.result);
      else pending?.reject(new Error(message.error.message));
      return;
    }
    for (const listener of [...(this.#listeners.get(message.method ?? '') ?? [])]) {
      listener(message.params as never, message.sessionId);
    }
  }

  #end(): void {
    this.#open = false;
    for (const { reject } of this.#pending.values()) reject(new Error('the browser is gone'));
    this.#pending.clear();
  }
}

/** One attached target (a page, a worker) on that connection. */
export class CdpSession {
  readonly id: string;
  readonly #pipe: CdpPipe;

  constructor(pipe: CdpPipe, id: string) {
    this.#pipe = pipe;
    this.id = id;
  }

  send<C extends CommandName>(method: C, params?: Params<C>[0]): Promise<Commands[C]['returnType']> {
    return this.#pipe.send(method, params, this.id);
  }

  on<E extends EventName>(event: E, listener: (params: Events[E][0]) => void): () => void {
    return this.#pipe.on(event, (params, sessionId) => {
      if (sessionId === this.id) listener(params);
    });
  }

  /** Calls once, when the target went away or the connection ended. */
  whenDetached(act: () => void): void {
    const stop = this.#pipe.on('Target.detachedFromTarget', ({ sessionId }) => {
      if (sessionId === this.id) end();
    });
    const end = () => {
      stop();
      act();
    };
    void this.#pipe.closed.then(end);
  }
}
