import { guardedLookup } from '../../net/address-rules.ts';
import { CHECK_TIMEOUT_MS } from '../http/http-exchange.ts';
import { tlsOptions } from '../../net/tls.ts';
import { tlsProblem, whyUnreachable } from '../../net/unreachable.ts';
import type { MailOptions, MailOutcome } from './mail-outcome.ts';

/** How long a server may take to say goodbye before the connection is dropped. */
const GOODBYE_MS = 500;

/** The library's own limits are 1 and 2 GB. A login has short answers. */
const MAX_LINE_BYTES = 64 * 1024;
const MAX_RESPONSE_BYTES = 256 * 1024;

const pause = (ms: number) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, ms).unref();
  });

interface ImapError {
  readonly code?: string;
  readonly serverResponseCode?: string;
  readonly responseStatus?: string;
  readonly responseText?: string;
  readonly tlsFailed?: boolean;
  readonly message: string;
}

/** @param goodbye - what the server said when it ended the session by itself; empty where it did not. */
function outcomeOf(error: unknown, offersStarttls: boolean, goodbye: string): MailOutcome {
  const { code = '', message, tlsFailed, ...said } = error as ImapError;
  if (message === 'Unsupported authentication mechanism' || message === 'Login is disabled') {
    return { kind: 'no_mechanism' };
  }
  if (tlsFailed && !offersStarttls && code === '') return { kind: 'no_starttls' };
  if (said.responseStatus === 'NO' || said.responseStatus === 'BAD') {
    const word = said.serverResponseCode ?? null;
    return { kind: 'imap_reply', status: said.responseStatus, word, text: said.responseText ?? '' };
  }
  if (goodbye !== '') return { kind: 'imap_reply', status: 'BYE', word: null, text: goodbye };
  if (/TIMEOUT/.test(code)) return { kind: 'timeout' };
  const why = whyUnreachable(error);
  if (why === 'timeout') return { kind: 'timeout' };
  return tlsFailed || why === 'certificate' || code === 'EPROTO'
    ? { kind: 'unreachable', why: 'certificate', tls: tlsProblem(code) }
    : { kind: 'unreachable', why, tls: null };
}

/** Not among the library's types. */
interface Inside {
  /** Which login was used; none where the server greeted with PREAUTH. */
  readonly authCapabilities: ReadonlyMap<string, unknown>;
  readonly byeReason?: string;
}

/**
 * Logs in to an IMAP server, reads what it can do and logs out (RFC 9051, RFC 3501): one try, no mailbox is opened.
 * Never rejects for what a server can do; after an abort the outcome means nothing.
 */
export async function imapLogin(options: MailOptions): Promise<MailOutcome> {
  const { address, login, ca, local, signal, version } = options;
  const { ImapFlow } = await import('imapflow');
  if (signal.aborted) return { kind: 'timeout' }; // its event is over: nobody would close the connection
  const client = new ImapFlow({
    host: address.host,
    port: address.port,
    secure: address.security === 'tls',
    ...(address.security === 'tls' ? {} : { doSTARTTLS: address.security === 'starttls' }),
    // Handed to net.connect: the name is resolved once, to an address that is allowed.
    tls: Object.assign(tlsOptions(ca === undefined ? undefined : [ca]), {
      lookup: guardedLookup(local ? 'local' : 'public'),
    }),
    auth:
      login.how === 'password'
        ? { user: login.user, pass: login.secret }
        : { user: login.user, accessToken: login.secret },
    disableAutoIdle: true,
    disableAutoEnable: true,
    disableCompression: true,
    logger: false,
    maxLineLength: MAX_LINE_BYTES,
    maxLiteralSize: MAX_LINE_BYTES,
    maxResponseSize: MAX_RESPONSE_BYTES,
    clientInfo: { name: 'Keyharbor', version, vendor: '', 'support-url': '' },
    connectionTimeout: CHECK_TIMEOUT_MS,
    greetingTimeout: CHECK_TIMEOUT_MS,
    socketTimeout: CHECK_TIMEOUT_MS,
  });
  client.on('error', () => undefined); // what matters comes from connect()
  const onAbort = () => client.close();
  signal.addEventListener('abort', onAbort, { once: true });
  const inside = client as unknown as Inside;
  // A server that hangs up early leaves connect() waiting.
  const closed = new Promise<never>((_resolve, reject) => {
    client.once('close', () => setImmediate(() => reject(new Error('closed'))));
  });
  try {
    await Promise.race([client.connect(), closed]);
    if (inside.authCapabilities.size === 0) return { kind: 'no_login_needed' };
    await Promise.race([client.logout(), pause(GOODBYE_MS)]).catch(() => undefined);
    const { name, vendor, version: serverVersion } = client.serverInfo ?? {};
    const server = [vendor === name ? undefined : vendor, name, serverVersion].filter(Boolean).join(' ');
    return {
      kind: 'accepted',
      facts: [
        ...(server === '' ? [] : [{ label: 'IMAP software', value: server }]),
        {
          label: 'IMAP can',
          value: [...client.capabilities.keys()].filter((each) => !each.startsWith('AUTH=')).join(' '),
        },
      ],
    };
  } catch (error) {
    return outcomeOf(error, client.capabilities.has('STARTTLS'), inside.byeReason ?? '');
  } finally {
    signal.removeEventListener('abort', onAbort);
    client.close();
  }
}
