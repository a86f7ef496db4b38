import { connect, type Socket } from 'node:net';
import { guardedLookup } from '../../net/address-rules.ts';
import { CHECK_TIMEOUT_MS } from '../http/http-exchange.ts';
import { tlsOptions } from '../../net/tls.ts';
import { tlsProblem, whyUnreachable } from '../../net/unreachable.ts';
import type { MailOptions, MailOutcome } from './mail-outcome.ts';

/** How long a server may take to say goodbye before the connection is dropped. */
const GOODBYE_MS = 500;
/** Not the name of this computer, which is nobody's business (RFC 5321 section 4.1.3 allows an address). */
const OWN_NAME = '[127.0.0.1]';

/** The one try with an access token; nodemailer's own would ask for another token and hide the server's answer. */
const TOKEN_LOGIN = 'KEYHARBOR-XOAUTH2';

class NoMechanism extends Error {}

interface SmtpError {
  readonly code?: string;
  readonly originalCode?: string;
  readonly responseCode?: number | false;
  readonly response?: string;
  readonly command?: string;
  readonly message: string;
}

/** A connection to an address that the policy allows; literals were judged by the caller. */
function open({ address, local, signal }: MailOptions): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const lookup = guardedLookup(local ? 'local' : 'public');
    const socket = connect({ host: address.host, port: address.port, lookup });
    const onAbort = () => socket.destroy(new Error('aborted'));
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('close', () => signal.removeEventListener('abort', onAbort));
    socket.on('error', () => undefined); // destroyed by us, when nobody listens any more
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

function outcomeOf(error: unknown): MailOutcome {
  if (error instanceof NoMechanism) return { kind: 'no_mechanism' };
  const { code = '', originalCode, responseCode, response = '', command, message } = error as SmtpError;
  const atLogin = command?.startsWith('AUTH') ?? false;
  if (command === 'STARTTLS' && responseCode) return { kind: 'no_starttls' };
  if (responseCode) return { kind: 'smtp_reply', code: responseCode, text: response, atLogin };
  if (code === 'ETIMEDOUT') return { kind: 'timeout' };
  const cause = originalCode ?? code;
  const handshake = /CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO_|EPROTO/.test(`${cause} ${message}`);
  const why = whyUnreachable(Object.assign(new Error('', { cause: error }), { code: cause }));
  return handshake || why === 'certificate'
    ? { kind: 'unreachable', why: 'certificate', tls: tlsProblem(cause) }
    : why === 'timeout'
      ? { kind: 'timeout' }
      : { kind: 'unreachable', why, tls: null };
}

/**
 * Logs in to an SMTP server and leaves again (RFC 5321, RFC 4954, RFC 3207): one try, no message, STARTTLS required
 * where it was chosen. Never rejects for what a server can do; after an abort the outcome means nothing.
 */
export async function smtpLogin(options: MailOptions): Promise<MailOutcome> {
  const { address, login, ca } = options;
  const { createTransport } = await import('nodemailer');
  if (options.signal.aborted) return { kind: 'timeout' }; // its event is over: nobody would close the connection
  let socket: Socket | undefined;
  try {
    socket = await open(options);
    const transport = createTransport({
      host: address.host,
      port: address.port,
      name: OWN_NAME,
      connection: socket,
      secure: address.security === 'tls',
      requireTLS: address.security === 'starttls',
      ignoreTLS: address.security === 'none',
      tls: tlsOptions(ca === undefined ? undefined : [ca]),
      // A server that names no login is asked all the same: without this it would pass for a valid one.
      forceAuth: true,
      auth:
        login.how === 'password'
          ? { user: login.user, pass: login.secret }
          : { type: 'custom', method: TOKEN_LOGIN, user: login.user, pass: login.secret },
      customAuth: {
        [TOKEN_LOGIN]: async (server) => {
          if (!server.authMethods.includes('XOAUTH2')) throw new NoMechanism();
          const token = Buffer.from(`user=${login.user}\x01auth=Bearer ${login.secret}\x01\x01`).toString('base64');
          const first = await server.sendCommand(`AUTH XOAUTH2 ${token}`);
          // A refusal comes in two steps: what was wrong, then, after an empty line, the reply itself.
          const last = first.status === 334 ? await server.sendCommand('') : first;
          if (last.status !== 235) throw new Error('refused');
        },
      },
      logger: false,
      connectionTimeout: CHECK_TIMEOUT_MS,
      greetingTimeout: CHECK_TIMEOUT_MS,
      socketTimeout: CHECK_TIMEOUT_MS,
      socketCloseTimeout: GOODBYE_MS,
    });
    await transport.verify();
    return { kind: 'accepted', facts: [] };
  } catch (error) {
    socket?.destroy();
    return outcomeOf(error);
  } finally {
    const left = socket;
    if (left !== undefined) setTimeout(() => left.destroy(), GOODBYE_MS).unref();
  }
}
