import { guardedLookup } from './address-rules.ts';
import { CHECK_TIMEOUT_MS, tlsOptions, whyUnreachable } from './http-exchange.ts';
import { type MailOptions, type MailOutcome, tlsProblem } from './mail-outcome.ts';

interface ImapError {
  readonly code?: string;
  readonly authenticationFailed?: boolean;
  readonly serverResponseCode?: string;
  readonly response?: unknown;
  readonly responseStatus?: string;
  readonly responseText?: string;
  readonly reason?: string;
  readonly tlsFailed?: boolean;
  readonly message: string;
}

function outcomeOf(error: unknown, offersStarttls: boolean): MailOutcome {
  const { code = '', message, tlsFailed, ...said } = error as ImapError;
  if (message === 'Unsupported authentication mechanism' || message === 'Login is disabled') {
    return { kind: 'no_mechanism' };
  }
  if (tlsFailed && !offersStarttls && code === '') return { kind: 'no_starttls' };
  if (said.authenticationFailed || said.responseStatus === 'NO' || said.responseStatus === 'BAD') {
    const text = typeof said.response === 'string' ? said.response.replace(/^\S+ (?=NO|BAD)/, '') : '';
    const status = /^BAD\b/.test(text) || said.responseStatus === 'BAD' ? 'BAD' : 'NO';
    const plain = said.responseText ?? text.replace(/^(?:NO|BAD) (?:\[[^\]]*\] ?)?/, '');
    return { kind: 'imap_reply', status, word: said.serverResponseCode ?? null, text: plain };
  }
  if (typeof said.reason === 'string' && said.reason !== '') {
    const [, word = null, text = said.reason] = /^(?:\[([A-Z]+)[^\]]*\] )?(.*)$/s.exec(said.reason) ?? [];
    return { kind: 'imap_reply', status: 'BYE', word, text };
  }
  if (/TIMEOUT/.test(code)) return { kind: 'timeout' };
  const why = whyUnreachable(error);
  if (why === 'timeout') return { kind: 'timeout' };
  return tlsFailed || why === 'certificate' || code === 'EPROTO'
    ? { kind: 'unreachable', why: 'certificate', tls: tlsProblem(code) }
    : { kind: 'unreachable', why, tls: null };
}

/** Which login was used; none where the server greeted with PREAUTH. Not among the library's types. */
function loggedIn(client: object): boolean {
  return (client as { readonly authCapabilities: ReadonlyMap<string, unknown> }).authCapabilities.size > 0;
}

/**
 * Logs in to an IMAP server, reads what it can do and logs out (RFC 9051, RFC 3501): one try, no mailbox is opened.
 * Never rejects for what a server can do; after an abort the outcome means nothing.
 */
export async function imapLogin(options: MailOptions): Promise<MailOutcome> {
  const { address, login, ca, local, signal, version } = options;
  const { ImapFlow } = await import('imapflow');
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
    verifyOnly: true,
    logger: false,
    clientInfo: { name: 'Keyharbor', version, vendor: '', 'support-url': '' },
    connectionTimeout: CHECK_TIMEOUT_MS,
    greetingTimeout: CHECK_TIMEOUT_MS,
    socketTimeout: CHECK_TIMEOUT_MS,
  });
  client.on('error', () => undefined); // what matters comes from connect()
  const onAbort = () => client.close();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await client.connect();
    if (!loggedIn(client)) return { kind: 'no_login_needed' };
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
    return outcomeOf(error, client.capabilities.has('STARTTLS'));
  } finally {
    signal.removeEventListener('abort', onAbort);
    client.close();
  }
}
