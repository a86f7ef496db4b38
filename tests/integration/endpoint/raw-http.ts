import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  /** 0: the connection ended without an answer. */
  readonly status: number;
  /** In lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** Everything that came, of all answers. */
  readonly text: string;
}

type Place = { readonly port: number } | { readonly path: string };

function open(place: Place): Socket {
  return 'port' in place ? connect(place.port, '127.0.0.1') : connect(place.path);
}

/**
 * Sends bytes as they are and reads until the server ends the connection. `stay`: the client's side stays open, as
 * one that waits for a stream; else it says that nothing more comes.
 */
export function exchange(place: Place, bytes: string, stay = false): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = open(place);
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', () => undefined); // a cut connection is one of the answers expected here
    socket.on('close', () => resolve(parse(Buffer.concat(chunks).toString('latin1'))));
    if (stay) socket.write(bytes, 'latin1');
    else socket.end(bytes, 'latin1');
  });
}

function parse(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n');
  const [first = '', ...lines] = text.slice(0, end < 0 ? 0 : end).split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1] ?? 0);
  return { status, headers: new Map(headers), body: end < 0 ? '' : text.slice(end + 4), text };
}

/** A request of the plainest kind, for what is not about the bytes. */
export function ask(
  place: Place,
  target: string,
  headers: readonly (readonly [string, string])[] = [],
  method = 'GET',
): Promise<RawAnswer> {
  const host = 'port' in place ? `127.0.0.1:${place.port}` : 'localhost';
  const lines = [['Host', host], ['Connection', 'close'], ...headers].map(
    ([name = '', value = '']) => `${name}: ${value}\r\n`,
  );
  return exchange(place, `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`);
}
