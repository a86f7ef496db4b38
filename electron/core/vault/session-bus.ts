import { createConnection, type Socket } from 'node:net';
import { userInfo } from 'node:os';
import { u32 } from './bytes.ts';

/**
 * As much of the D-Bus protocol as is needed to ask the session bus a few questions before the keychain library is
 * called: the library blocks a thread, without limit, while a keyring waits for somebody to unlock it.
 * D-Bus Specification 0.38: sections "Authentication Protocol", "Message Protocol", "Server Addresses".
 */
const MAX_MESSAGE_BYTES = 64 * 1024;
const METHOD_CALL = 1;
const METHOD_RETURN = 2;
const ERROR = 3;
const HEADER_FIELD = { path: 1, interface: 2, member: 3, replySerial: 5, destination: 6, signature: 8 } as const;

export interface BusCall {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly args: readonly BusArgument[];
}

/** Text, a number of 32 bits, or an empty list of texts or of named values: no more is needed. */
export type BusArgument =
  | string
  | { readonly type: 'u' | 'i'; readonly value: number }
  | { readonly type: 'as' | 'a{sv}' };

/** The body of a reply: its first value, where that is text, a number or a yes/no (also inside a variant). */
export type BusValue = string | number | boolean | null;

export class SessionBus {
  readonly #socket: Socket;
  #received = Buffer.alloc(0);
  #serial = 0;
  #wake: () => void = () => undefined;
  #failure: Error | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      if (this.#received.byteLength > MAX_MESSAGE_BYTES) socket.destroy(new Error('the session bus sent too much'));
      this.#wake();
    });
    socket.on('error', (error) => {
      this.#failure = error;
      this.#wake();
    });
    socket.on('close', () => {
      this.#failure ??= new Error('the session bus hung up');
      this.#wake();
    });
  }

  /** @param address - as in DBUS_SESSION_BUS_ADDRESS. Aborting the signal ends the connection and every wait. */
  static async connect(address: string, signal: AbortSignal): Promise<SessionBus> {
    const bus = new SessionBus(createConnection({ path: socketPath(address), signal }));
    const uid = Buffer.from(String(userInfo().uid)).toString('hex');
    bus.#socket.write(`\0AUTH EXTERNAL ${uid}\r\n`);
    if (!(await bus.#line()).startsWith('OK ')) throw new Error('the session bus refused this user');
    bus.#socket.write('BEGIN\r\n');
    await bus.call(busCall('Hello', []));
    return bus;
  }

  close(): void {
    this.#socket.destroy();
  }

  /** @throws Error when the bus answers with an error; its message is the error's name. */
  async call(call: BusCall): Promise<BusValue> {
    this.#serial += 1;
    const serial = this.#serial;
    this.#socket.write(encodeCall(call, serial));
    for (;;) {
      const reply = parseMessage(await this.#message());
      if (reply.replySerial !== serial) continue; // NameAcquired and other signals
      if (reply.type === METHOD_RETURN) return reply.body;
      if (reply.type === ERROR) throw new Error('the session bus answered with an error');
    }
  }

  async #line(): Promise<string> {
    for (;;) {
      const end = this.#received.indexOf('\r\n');
      if (end >= 0)
        return this.#take(end + 2)
          .subarray(0, end)
          .toString('latin1');
      await this.#more();
    }
  }

  async #message(): Promise<Buffer> {
    for (;;) {
      if (this.#received.byteLength >= 16) {
        const size = messageSize(this.#received);
        if (size > MAX_MESSAGE_BYTES) throw new Error('the session bus sent too much');
        if (this.#received.byteLength >= size) return this.#take(size);
      }
      await this.#more();
    }
  }

  #take(bytes: number): Buffer {
    const taken = this.#received.subarray(0, bytes);
    this.#received = this.#received.subarray(bytes);
    return taken;
  }

  async #more(): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** A question to the bus itself. */
export function busCall(member: string, args: readonly string[]): BusCall {
  return {
    destination: 'org.freedesktop.DBus',
    path: '/org/freedesktop/DBus',
    interface: 'org.freedesktop.DBus',
    member,
    args,
  };
}

/** The first Unix address of the list; abstract ones are named by a leading NUL. @throws where there is none. */
function socketPath(addresses: string): string {
  for (const address of addresses.split(';')) {
    const [transport, rest = ''] = address.split(/:(.*)/s);
    if (transport !== 'unix') continue;
    for (const pair of rest.split(',')) {
      const [key, value = ''] = pair.split(/=(.*)/s);
      if (key === 'path') return decodeURIComponent(value);
      if (key === 'abstract') return `\0${decodeURIComponent(value)}`;
    }
  }
  throw new Error('the session bus has no address that can be used');
}

function encodeCall(call: BusCall, serial: number): Buffer {
  const little = (value: number) => u32(value).reverse();
  const padded = (bytes: Buffer, to: number) => Buffer.concat([bytes, Buffer.alloc(-bytes.byteLength & (to - 1))]);
  const text = (value: string) =>
    Buffer.concat([little(Buffer.byteLength(value)), Buffer.from(value), Buffer.alloc(1)]);
  const signature = (value: string) => Buffer.concat([Buffer.of(value.length), Buffer.from(value), Buffer.alloc(1)]);
  let fields = Buffer.alloc(0);
  const add = (code: number, type: string, value: Buffer) => {
    fields = Buffer.concat([padded(fields, 8), Buffer.of(code), signature(type), value]);
  };
  add(HEADER_FIELD.path, 'o', text(call.path));
  add(HEADER_FIELD.interface, 's', text(call.interface));
  add(HEADER_FIELD.member, 's', text(call.member));
  add(HEADER_FIELD.destination, 's', text(call.destination));
  const types = call.args.map((arg) => (typeof arg === 'string' ? 's' : arg.type));
  if (types.length > 0) add(HEADER_FIELD.signature, 'g', signature(types.join('')));
  let body = Buffer.alloc(0);
  const put = (value: Buffer) => {
    body = Buffer.concat([padded(body, 4), value]);
  };
  for (const arg of call.args) {
    if (typeof arg === 'string') put(text(arg));
    else if ('value' in arg) put(little(arg.value >>> 0));
    else {
      put(little(0));
      // The entries of a map begin at a multiple of eight, also where there are none.
      if (arg.type === 'a{sv}') body = padded(body, 8);
    }
  }
  const start = Buffer.concat([
    Buffer.from('l'),
    Buffer.of(METHOD_CALL, 0, 1),
    little(body.byteLength),
    little(serial),
  ]);
  return Buffer.concat([padded(Buffer.concat([start, little(fields.byteLength), fields]), 8), body]);
}

function messageSize(head: Buffer): number {
  if (head[0] !== 0x6c) throw new Error('the session bus speaks big-endian'); // ours is little-endian on all we ship for
  return aligned(16 + head.readUInt32LE(12), 8) + head.readUInt32LE(4);
}

function parseMessage(message: Buffer): { type: number; replySerial: number; body: BusValue } {
  const fieldsEnd = 16 + message.readUInt32LE(12);
  let replySerial = 0;
  let type = '';
  let at = 16;
  while (at < fieldsEnd) {
    at = aligned(at, 8);
    const code = message.readUInt8(at);
    const found = readSignature(message, at + 1);
    const value = readValue(message, found.next, found.text);
    if (code === HEADER_FIELD.replySerial && typeof value.value === 'number') replySerial = value.value;
    if (code === HEADER_FIELD.signature && typeof value.value === 'string') type = value.value;
    at = value.next;
  }
  const body = type === '' ? null : readValue(message, aligned(fieldsEnd, 8), type).value;
  return { type: message.readUInt8(1), replySerial, body };
}

function readValue(message: Buffer, from: number, type: string): { value: BusValue; next: number } {
  switch (type.charAt(0)) {
    case 's':
    case 'o': {
      const at = aligned(from, 4);
      const end = at + 4 + message.readUInt32LE(at);
      return { value: message.toString('utf8', at + 4, end), next: end + 1 };
    }
    case 'g': {
      const { text, next } = readSignature(message, from);
      return { value: text, next };
    }
    case 'u':
    case 'b': {
      const at = aligned(from, 4);
      const value = message.readUInt32LE(at);
      return { value: type.startsWith('b') ? value === 1 : value, next: at + 4 };
    }
    case 'v': {
      const { text, next } = readSignature(message, from);
      return readValue(message, next, text);
    }
    default:
      return { value: null, next: message.byteLength };
  }
}

function readSignature(message: Buffer, at: number): { text: string; next: number } {
  const end = at + 1 + message.readUInt8(at);
  return { text: message.toString('latin1', at + 1, end), next: end + 1 };
}

function aligned(at: number, to: number): number {
  return Math.ceil(at / to) * to;
}
