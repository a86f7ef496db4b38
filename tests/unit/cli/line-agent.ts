import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONTRACT_VERSION } from '../../../shared/wire-limits.ts';

export interface Call {
  readonly method: string;
  readonly params: unknown;
}

type Answer = (call: Call) => unknown;

/** A home with a small line server on its socket: the other end of the protocol, without a vault. */
export interface LineAgent {
  readonly home: string;
  readonly socket: string;
  readonly calls: Call[];
  /** What the client wrote, chunk by chunk. */
  readonly received: string[];
  readonly close: () => Promise<void>;
}

interface Options {
  readonly contract?: number;
  /** Writes the answers; the default sends each line at once. */
  readonly send?: (socket: Socket, line: string) => void;
}

/** An error to answer with: thrown by the answer function as it goes over the wire. */
export class WireError {
  readonly body: { readonly code: string; readonly message: string; readonly hint: string };

  constructor(code: string, message: string, hint = '') {
    this.body = { code, message, hint };
  }
}

export function makeHome(): { readonly home: string; readonly socket: string; readonly remove: () => void } {
  const home = mkdtempSync(join(tmpdir(), 'kh-cli-'));
  mkdirSync(join(home, 'run'), { mode: 0o700 });
  return {
    home,
    socket: join(home, 'run', 'agent.sock'),
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}

export async function startLineAgent(answer: Answer, options: Options = {}): Promise<LineAgent> {
  const { home, socket, remove } = makeHome();
  const send = options.send ?? ((to, line) => to.write(line));
  const calls: Call[] = [];
  const received: string[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((connection) => {
    sockets.add(connection);
    connection.on('error', () => undefined);
    connection.once('close', () => sockets.delete(connection));
    let rest = '';
    connection.on('data', (chunk: Buffer) => {
      received.push(chunk.toString());
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) send(connection, `${JSON.stringify(reply(line))}\n`);
    });
  });
  const reply = (line: string): unknown => {
    const message = JSON.parse(line) as { hello?: unknown; id?: number; method?: string; params?: unknown };
    if (message.hello !== undefined) {
      return { hello: { contract: options.contract ?? CONTRACT_VERSION, version: '9.9.9', pid: process.pid } };
    }
    const call = { method: message.method ?? '', params: message.params };
    calls.push(call);
    const result = answer(call);
    return result instanceof WireError ? { id: message.id, error: result.body } : { id: message.id, result };
  };
  await new Promise<void>((listening) => server.listen(socket, listening));
  const close = async (): Promise<void> => {
    for (const connection of sockets) connection.destroy();
    await new Promise<void>((closed) => server.close(() => closed()));
    remove();
  };
  return { home, socket, calls, received, close };
}
