import { connect, type Socket } from 'node:net';
import { CONTRACT_VERSION } from '../../../shared/wire.ts';

export type Line = Readonly<Record<string, unknown>>;

/** The other end of the agent socket, as raw as a test needs it: it sends what it is told and hands out lines. */
export class WireClient {
  readonly socket: Socket;
  readonly #lines: Line[] = [];
  readonly #waiting: ((line: Line | null) => void)[] = [];
  readonly ended: Promise<void>;
  #isOver = false;

  constructor(path: string) {
    this.socket = connect(path);
    let rest = '';
    this.socket.setEncoding('utf8');
    this.socket.on('data', (text: string) => {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) this.#deliver(JSON.parse(part) as Line);
    });
    this.socket.on('error', () => this.socket.destroy());
    this.ended = new Promise((resolve) => {
      const over = (): void => {
        this.#isOver = true;
        for (const take of this.#waiting.splice(0)) take(null);
        resolve();
      };
      this.socket.once('end', over);
      this.socket.once('close', over);
    });
  }

  static hello(contract: number = CONTRACT_VERSION): string {
    return `${JSON.stringify({ hello: { contract, client: 'test' } })}\n`;
  }

  static request(id: number, method: string, params: unknown = {}): string {
    return `${JSON.stringify({ id, method, params })}\n`;
  }

  send(bytes: string | Buffer): void {
    this.socket.write(bytes);
  }

  /** The next line, or null when the other side ended. */
  next(): Promise<Line | null> {
    const line = this.#lines.shift();
    if (line !== undefined) return Promise.resolve(line);
    if (this.#isOver) return Promise.resolve(null);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  close(): void {
    this.socket.destroy();
  }

  #deliver(line: Line): void {
    const take = this.#waiting.shift();
    if (take === undefined) this.#lines.push(line);
    else take(line);
  }
}
