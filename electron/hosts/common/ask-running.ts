import { connect } from 'node:net';
import { z } from 'zod';
import type { Input, MethodName, Output } from '../../../shared/contract/methods.ts';
import { methods } from '../../../shared/contract/methods.ts';
import { AppError } from '../../../shared/errors.ts';
import { CONTRACT_VERSION, serverHello, wireResponse } from '../../../shared/wire.ts';
import type { Clock } from '../../core/seams.ts';

const ASK_TIMEOUT_MS = 3000;
const MAX_REPLY_BYTES = 64 * 1024;
/** Nobody listens there: the process is gone, or not that far yet. */
const NOBODY = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTSOCK']);

/**
 * Asks the process that already serves this home one thing; a starting host has no more to say to it (the command line
 * has the full client). @returns null where nobody listens.
 * @throws AppError what the other side answered; `conflict` when it does not answer in 3 s.
 */
export async function askRunning<M extends MethodName>(
  socketPath: string,
  method: M,
  input: Input<M>,
  clock: Clock,
): Promise<Output<M> | null> {
  const lines = await exchange(socketPath, method, input, clock);
  if (lines === null) return null;
  const replies = z.union([serverHello, wireResponse]).array().safeParse(lines.map(parseJson));
  if (!replies.success) throw silent();
  for (const reply of replies.data) {
    if ('error' in reply) {
      const { code, message, hint } = reply.error;
      throw new AppError(code, message, hint);
    }
    if ('result' in reply) return methods[method].output.parse(reply.result) as Output<M>;
  }
  throw silent();
}

function exchange(path: string, method: string, params: unknown, clock: Clock): Promise<readonly string[] | null> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    let received = '';
    const late = clock.after(ASK_TIMEOUT_MS, () => {
      socket.destroy();
      reject(silent());
    });
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      received += text;
      if (received.length > MAX_REPLY_BYTES) socket.destroy();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      late();
      if (NOBODY.has(error.code ?? '')) resolve(null);
      else reject(silent());
    });
    socket.on('close', () => {
      late();
      resolve(received.split('\n').filter((line) => line !== ''));
    });
    const hello = { hello: { contract: CONTRACT_VERSION, client: 'host' } };
    socket.end(`${JSON.stringify(hello)}\n${JSON.stringify({ id: 1, method, params })}\n`);
  });
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

function silent(): AppError {
  return new AppError(
    'conflict',
    'Another Keyharbor uses this home and does not answer. Nothing was started.',
    'End it ("keyharbor stop"), then try again.',
  );
}
