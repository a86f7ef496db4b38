import { hostAddress, isAllowedAddress } from '../../net/address-rules.ts';
import type { AnyCheckSubject, CheckOptions } from '../check.ts';
import { CHECK_TIMEOUT_MS } from '../http/http-exchange.ts';
import { imapLogin } from './imap-login.ts';
import type { Fact, Verdict } from '../http/interpret.ts';
import type { MailLogin, MailOptions, MailOutcome } from './mail-outcome.ts';
import { mailWords } from './mail-words.ts';
import { addressText, type MailAddress } from '../own-address.ts';
import { coverSecrets, serverText } from '../server-text.ts';
import { smtpLogin } from './smtp-login.ts';

const NAMES = { smtp: 'SMTP', imap: 'IMAP' } as const;

const PAST_PROXY = 'Mail servers are asked straight, not through the outbound proxy of the settings.';

interface Tried {
  readonly address: MailAddress;
  readonly outcome: MailOutcome;
  readonly latencyMs: number;
}

/** Every form in which a login mechanism sends the secret (RFC 4616, RFC 7628, XOAUTH2). */
function sentForms({ user, secret }: MailLogin): string[] {
  return [secret, `\0${user}\0${secret}`, `user=${user}\x01auth=Bearer ${secret}\x01\x01`];
}

function outcomeWithin(options: MailOptions): Promise<MailOutcome> {
  const literal = hostAddress(options.address.host);
  if (literal !== null && !isAllowedAddress(literal, options.local ? 'local' : 'public')) {
    return Promise.resolve({ kind: 'unreachable', why: 'address', tls: null });
  }
  const run = options.address.protocol === 'smtp' ? smtpLogin(options) : imapLogin(options);
  const aborted = new Promise<MailOutcome>((resolve) => {
    options.signal.addEventListener('abort', () => resolve({ kind: 'timeout' }), { once: true });
  });
  return Promise.race([run, aborted]);
}

/** A login that was refused is not tried at the other server: each failure counts towards a lock-out. */
function mayGoOn(outcome: MailOutcome): boolean {
  return outcome.kind === 'accepted';
}

/** @param passesBy - an outbound proxy is set, which this check did not use. */
function verdictOf(tried: readonly Tried[], all: readonly MailAddress[], login: MailLogin, passesBy: boolean): Verdict {
  const last = tried.at(-1);
  if (last === undefined) throw new Error('a mail credential has an address');
  const latencyMs = tried.reduce((sum, each) => sum + each.latencyMs, 0);
  const forms = sentForms(login);
  const facts: Fact[] = tried.flatMap(({ address, outcome }) =>
    outcome.kind === 'accepted'
      ? [
          { label: NAMES[address.protocol], value: addressText(address) },
          ...outcome.facts.map(({ label, value }) => ({ label, value: serverText(value, forms) })),
        ].filter(({ value }) => value !== '')
      : [],
  );
  const { outcome, address } = last;
  if (outcome.kind === 'accepted') {
    const names = all.map((each) => NAMES[each.protocol]).join(' and ');
    const detail = `${names} ${all.length > 1 ? 'accept' : 'accepts'} this login.`;
    return { result: 'valid', latencyMs, detail, hint: '', facts };
  }
  const said = 'text' in outcome ? serverText(outcome.text, forms) : '';
  // A secret that is echoed must not be taken for the server's words either.
  const covered = 'text' in outcome ? { ...outcome, text: coverSecrets(outcome.text, forms) } : outcome;
  const { detail, hint, result } = mailWords(covered, { host: address.host, how: login.how, said });
  const toldOtherwise = outcome.kind === 'unreachable' && (outcome.why === 'certificate' || outcome.why === 'address');
  const noWay = outcome.kind === 'timeout' || (outcome.kind === 'unreachable' && !toldOtherwise);
  const words = { result, detail, hint: noWay && passesBy ? `${hint} ${PAST_PROXY}` : hint };
  const sent = outcome.kind === 'unreachable' ? null : latencyMs;
  if (all.length === 1) return { ...words, latencyMs: sent, facts };
  const name = NAMES[address.protocol];
  const other = tried.length > 1 ? 'SMTP accepts this login' : 'IMAP was not tried';
  return { ...words, detail: `${name}: ${words.detail} ${other}.`, latencyMs: sent, facts };
}

/**
 * Tests a mail login at the credential's servers, SMTP first: connect, encrypt, log in, leave. No mail is sent and no
 * mailbox opened. 10 s in all. Rejects only with the reason of `options.signal`.
 */
export async function runMailCheck(subject: AnyCheckSubject, options: CheckOptions): Promise<Verdict> {
  const { authKind, fields, local } = subject;
  const addresses = subject.addresses.flatMap((each) => ('host' in each ? [each] : []));
  const login: MailLogin = {
    user: fields.get('username') ?? '',
    secret: fields.get(authKind.primary) ?? '',
    how: authKind.kind === 'xoauth2' ? 'token' : 'password',
  };
  if (/[\0\r\n]/.test(login.secret + login.user)) {
    const detail = 'The login holds a character that cannot be sent. Nothing was sent.';
    return { result: 'invalid_format', latencyMs: null, detail, hint: 'Copy it again.', facts: [] };
  }
  options.signal.throwIfAborted();
  const over = new AbortController();
  const callOff = options.clock.after(CHECK_TIMEOUT_MS, () => over.abort());
  const signal = AbortSignal.any([options.signal, over.signal]);
  const version = /\/(\S+)/.exec(options.userAgent)?.[1] ?? '';
  const tried: Tried[] = [];
  try {
    for (const address of addresses) {
      const startedMs = performance.now();
      const outcome = await outcomeWithin({ address, login, local, ca: fields.get('ca_certificate'), signal, version });
      options.signal.throwIfAborted();
      tried.push({ address, outcome, latencyMs: Math.round(performance.now() - startedMs) });
      if (!mayGoOn(outcome)) break;
    }
  } finally {
    callOff();
  }
  return verdictOf(tried, addresses, login, !local && options.way.outboundProxy !== '');
}
