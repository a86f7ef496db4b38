import { connect, type Socket } from 'node:net';
import { displayNumber, magicCookie } from './x11-display.ts';

/**
 * As much of the X11 protocol (X Window System Protocol, X Consortium Standard, version 11) as it takes to see a window
 * go: a few requests, their replies, and events. Little-endian throughout.
 */
const HEAD = 32;
const COOKIE = 'MIT-MAGIC-COOKIE-1';
const STRUCTURE_NOTIFY = 1 << 17;
const CW_EVENT_MASK = 1 << 11;
const ERROR = 0;
const REPLY = 1;
const DESTROY_NOTIFY = 17;

const padded = (length: number): number => Math.ceil(length / 4) * 4;

export class X11Connection {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, (reply: Buffer | null) => void>();
  readonly #destroyed = new Set<(window: number) => void>();
  #received = Buffer.alloc(0);
  #sent = 0;
  root = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** null where there is no X server on this computer, or it does not let us in. Never rejects. */
  static async open(env: NodeJS.ProcessEnv): Promise<X11Connection | null> {
    const number = displayNumber(env['DISPLAY']);
    if (number === null) return null;
    const socket = connect(`/tmp/.X11-unix/X${number}`);
    const connection = new X11Connection(socket);
    return (await connection.#greet(magicCookie(env, number))) ? connection : null;
  }

  /** Calls with the window's id; only of windows that `watch` was asked for. */
  onDestroyed(listener: (window: number) => void): void {
    this.#destroyed.add(listener);
  }

  close(): void {
    this.#socket.destroy();
  }

  /** 0: there is no such name. */
  async atom(name: string): Promise<number> {
    const request = Buffer.alloc(8 + padded(name.length));
    request[0] = 16; // InternAtom
    request[1] = 1; // only if it exists
    request.writeUInt16LE(name.length, 4);
    request.write(name, 8, 'latin1');
    return (await this.#ask(request))?.readUInt32LE(8) ?? 0;
  }

  async children(window: number): Promise<number[]> {
    const request = Buffer.alloc(8);
    request[0] = 15; // QueryTree
    request.writeUInt32LE(window, 4);
    const reply = await this.#ask(request);
    if (reply === null) return [];
    return Array.from({ length: reply.readUInt16LE(16) }, (_, at) => reply.readUInt32LE(HEAD + 4 * at));
  }

  /** The first bytes of a property; empty where the window has none. */
  async property(window: number, name: number): Promise<Buffer> {
    const request = Buffer.alloc(24);
    request[0] = 20; // GetProperty
    request.writeUInt32LE(window, 4);
    request.writeUInt32LE(name, 8);
    request.writeUInt32LE(64, 20); // in units of four bytes
    const reply = await this.#ask(request);
    if (reply === null) return Buffer.alloc(0);
    const bytes = reply.readUInt32LE(16) * ((reply[1] ?? 0) / 8);
    return reply.subarray(HEAD, HEAD + bytes);
  }

  watch(window: number): void {
    const request = Buffer.alloc(16);
    request[0] = 2; // ChangeWindowAttributes
    request.writeUInt32LE(window, 4);
    request.writeUInt32LE(CW_EVENT_MASK, 8);
    request.writeUInt32LE(STRUCTURE_NOTIFY, 12);
    this.send(request);
  }

  #greet(cookie: Buffer | null): Promise<boolean> {
    const name = cookie === null ? '' : COOKIE;
    const data = cookie ?? Buffer.alloc(0);
    const hello = Buffer.alloc(12 + padded(name.length) + padded(data.length));
    hello[0] = 0x6c; // little-endian
    hello.writeUInt16LE(11, 2);
    hello.writeUInt16LE(name.length, 6);
    hello.writeUInt16LE(data.length, 8);
    hello.write(name, 12, 'latin1');
    data.copy(hello, 12 + padded(name.length));
    return new Promise((resolve) => {
      this.#socket.once('close', () => {
        resolve(false);
        for (const answer of this.#waiting.values()) answer(null);
        this.#waiting.clear();
      });
      this.#socket.on('error', () => undefined); // "close" follows
      this.#socket.on('data', (chunk: Buffer) => {
        this.#received = Buffer.concat([this.#received, chunk]);
        if (this.root === 0 && !this.#readSetup()) return;
        resolve(true);
        this.#readMessages();
      });
      this.#socket.unref();
      this.#socket.write(hello);
    });
  }

  /** The root window of the first screen, behind the vendor's name and the pixmap formats. */
  #readSetup(): boolean {
    if (this.#received.length < 8) return false;
    const length = 8 + this.#received.readUInt16LE(6) * 4;
    if (this.#received.length < length) return false;
    if (this.#received[0] !== 1) {
      this.#socket.destroy();
      return false;
    }
    const vendor = this.#received.readUInt16LE(24);
    const formats = this.#received[29] ?? 0;
    this.root = this.#received.readUInt32LE(40 + padded(vendor) + 8 * formats);
    this.#received = this.#received.subarray(length);
    return true;
  }

  #readMessages(): void {
    while (this.#received.length >= HEAD) {
      const kind = (this.#received[0] ?? 0) & 0x7f;
      const length = HEAD + (kind === REPLY ? this.#received.readUInt32LE(4) * 4 : 0);
      if (this.#received.length < length) return;
      const message = this.#received.subarray(0, length);
      this.#received = this.#received.subarray(length);
      if (kind === ERROR || kind === REPLY) {
        const sequence = message.readUInt16LE(2);
        this.#waiting.get(sequence)?.(kind === REPLY ? message : null);
        this.#waiting.delete(sequence);
      } else if (kind === DESTROY_NOTIFY) {
        for (const listener of this.#destroyed) listener(message.readUInt32LE(8));
      }
    }
  }

  /** A request without an answer. Fills in the length. @returns the sequence number. */
  send(request: Buffer): number {
    request.writeUInt16LE(request.length / 4, 2);
    this.#sent = (this.#sent + 1) & 0xffff;
    this.#socket.write(request);
    return this.#sent;
  }

  /** null for an error: the window is gone, or the connection. */
  #ask(request: Buffer): Promise<Buffer | null> {
    if (this.#socket.destroyed) return Promise.resolve(null);
    const sequence = this.send(request);
    return new Promise((resolve) => this.#waiting.set(sequence, resolve));
  }
}
