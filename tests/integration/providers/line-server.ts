import { type AddressInfo, createServer, type Socket } from 'node:net';
import { atEnd } from './checked.ts';

export interface LineServer {
  readonly port: number;
  /** Every line that any client sent. */
  readonly heard: string[];
  /** Resolves when a client has connected. */
  readonly connected: Promise<void>;
  readonly closed: Promise<void>;
  /** Of the last client. */
  readonly socket: () => Socket;
}

/** A server of lines: says `greeting` to whoever connects, then hangs up or gives each line to `answer`. */
export async function lineServer(
  greeting: string | null,
  answer: (line: string, say: (text: string) => void, socket: Socket) => void = () => undefined,
  hangsUp = false,
): Promise<LineServer> {
  const heard: string[] = [];
  const sockets = new Set<Socket>();
  let isConnected = (): void => undefined;
  let isClosed = (): void => undefined;
  const connected = new Promise<void>((resolve) => {
    isConnected = resolve;
  });
  const closed = new Promise<void>((resolve) => {
    isClosed = resolve;
  });
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', isClosed);
    const say = (text: string) => socket.write(`${text}\r\n`);
    if (greeting !== null) say(greeting);
    if (hangsUp) socket.end();
    isConnected();
    let rest = '';
    socket.on('data', (chunk) => {
      const lines = (rest + chunk.toString('latin1')).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        heard.push(line);
        answer(line, say, socket);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const socket = () => {
    const last = [...sockets].at(-1);
    if (last === undefined) throw new Error('nobody has connected');
    return last;
  };
  return { port: (server.address() as AddressInfo).port, heard, connected, closed, socket };
}
