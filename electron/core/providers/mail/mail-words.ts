import type { ValidationResult } from '../../../../shared/provider/answer.ts';
import type { TlsProblem } from '../../net/unreachable.ts';
import type { MailOutcome } from './mail-outcome.ts';

export interface MailWords {
  readonly result: ValidationResult;
  readonly detail: string;
  readonly hint: string;
}

/** What of the check the words may name. `said` is the server's own text, already fit to be shown. */
export interface MailPlace {
  readonly host: string;
  readonly how: 'password' | 'token';
  readonly said: string;
}

const TOO_MANY = /too many|rate|throttl|limit exceeded|try again in|slow down/i;
const FULL = /quota|storage|mailbox (?:is )?full|out of space/i;
const APP_PASSWORD = /app(?:lication)?[- ](?:specific )?password|application-specific|5\.7\.9\b|web ?login|browser/i;
const NO_PASSWORDS = /basic auth\w* (?:is )?disabled|5\.7\.139|oauth/i;
const EXPIRED = /expired/i;

const NO_REFUSAL = 'This says nothing about the login.';
const LATER = 'Try again later.';

function refused({ host, how }: MailPlace, said: string): MailWords {
  return {
    result: 'invalid_key',
    detail: `${host} refuses this login${said}.`,
    hint:
      how === 'password'
        ? 'Check the user name and the password; many providers want an app password made on their web page.'
        : 'An access token lives for about an hour: get a new one, for this user and with the scope for mail.',
  };
}

function expired({ host, how }: MailPlace, said: string): MailWords {
  const what = how === 'password' ? 'password' : 'token';
  return { result: 'expired', detail: `${host} says that this ${what} has expired${said}.`, hint: 'Put a new one in.' };
}

function forbidden(detail: string, hint: string): MailWords {
  return { result: 'insufficient_permission', detail, hint };
}

function unavailable(detail: string, hint: string): MailWords {
  return { result: 'provider_unavailable', detail, hint };
}

function busy({ host }: MailPlace, said: string): MailWords {
  return {
    result: 'rate_limited',
    detail: `${host} answers too many logins or connections for now${said}.`,
    hint: 'Try again in a few minutes.',
  };
}

function full({ host }: MailPlace, said: string): MailWords {
  return {
    result: 'quota_exceeded',
    detail: `${host} says that a quota is used up${said}.`,
    hint: 'Look at the account at the provider.',
  };
}

const needsAppPassword = ({ host }: MailPlace, said: string): MailWords =>
  forbidden(
    `${host} wants an app password or a sign-in in the browser${said}.`,
    'Make an app password on the provider’s web page and put it in here.',
  );

const takesNoPasswords = ({ host }: MailPlace, said: string): MailWords =>
  forbidden(`${host} takes no passwords any more${said}.`, 'Use the OAuth2 access token kind for this account.');

/** Facts for RFC 4954 section 6 and RFC 5321 section 4.2; the narrower rule comes first. */
function smtpReply({ code, text, atLogin }: Extract<MailOutcome, { kind: 'smtp_reply' }>, place: MailPlace): MailWords {
  const said = place.said === '' ? ` (${code})` : ` (${place.said})`;
  const { host } = place;
  if (code === 530 || code === 538) {
    return unavailable(`${host} wants an encrypted connection first${said}.`, 'Set security to starttls or tls.');
  }
  if (code === 504) {
    return forbidden(
      `${host} does not know this kind of login${said}.`,
      place.how === 'password' ? 'It may want an OAuth2 access token.' : 'It may want a password.',
    );
  }
  if (code === 534) return needsAppPassword(place, said);
  if (code === 535) {
    if (NO_PASSWORDS.test(text) && place.how === 'password') return takesNoPasswords(place, said);
    if (APP_PASSWORD.test(text)) return needsAppPassword(place, said);
    return EXPIRED.test(text) ? expired(place, said) : refused(place, said);
  }
  if (FULL.test(text) && [452, 550, 552, 554].includes(code)) return full(place, said);
  if (TOO_MANY.test(text)) return busy(place, said);
  if (code >= 400 && code < 500) {
    return unavailable(`${host} has a problem for now${said}. ${NO_REFUSAL}`, LATER);
  }
  if (atLogin && [500, 502, 503].includes(code)) {
    return unavailable(
      `${host} takes no logins on this port${said}. ${NO_REFUSAL}`,
      'Mail programs use port 465 (tls) or 587 (starttls).',
    );
  }
  if (atLogin && (code === 550 || code === 554)) {
    return forbidden(`${host} does not let this account in${said}.`, 'Ask whoever runs the server.');
  }
  return unavailable(`${host} answered something unexpected${said}. ${NO_REFUSAL}`, LATER);
}

/** Response codes of RFC 5530 and RFC 9051. */
function imapReply({ status, word, text }: Extract<MailOutcome, { kind: 'imap_reply' }>, place: MailPlace): MailWords {
  const known = word === null ? '' : `[${word}]`;
  const heard = [known, place.said].filter((part) => part !== '').join(' ');
  const said = heard === '' ? '' : ` (${heard})`;
  const { host } = place;
  switch (word) {
    case 'AUTHENTICATIONFAILED':
      return APP_PASSWORD.test(text) ? needsAppPassword(place, said) : refused(place, said);
    case 'EXPIRED':
      return expired(place, said);
    case 'AUTHORIZATIONFAILED':
    case 'NOPERM':
      return forbidden(`${host} knows the login but does not let it in${said}.`, 'Look at what the account may do.');
    case 'CONTACTADMIN':
      return forbidden(`${host} has blocked this account${said}.`, 'Ask whoever runs the server.');
    case 'PRIVACYREQUIRED':
      return unavailable(`${host} wants an encrypted connection first${said}.`, 'Set security to starttls or tls.');
    case 'LIMIT':
      return busy(place, said);
    case 'OVERQUOTA':
      return full(place, said);
    case 'UNAVAILABLE':
    case 'INUSE':
    case 'SERVERBUG':
      return unavailable(`${host} has a problem for now${said}. ${NO_REFUSAL}`, LATER);
    case null:
    default:
      break;
  }
  if (APP_PASSWORD.test(text)) return needsAppPassword(place, said);
  if (NO_PASSWORDS.test(text) && place.how === 'password') return takesNoPasswords(place, said);
  if (TOO_MANY.test(text)) return busy(place, said);
  if (status === 'NO') return refused(place, said);
  return unavailable(`${host} ended the connection or answered something unexpected${said}. ${NO_REFUSAL}`, LATER);
}

const TLS: Readonly<Record<TlsProblem, readonly [string, string]>> = {
  untrusted: [
    'has a certificate that this computer does not trust',
    'If it is your own server, put its certificate into the field for it. Certificate checks cannot be turned off.',
  ],
  other_name: ['has a certificate for another name', 'Check the host name; something may be standing between.'],
  out_of_date: ['has a certificate that is out of date', 'Whoever runs the server has to renew it.'],
  no_tls: ['does not speak TLS on this port', 'Set security to starttls, or give the port for TLS (465, 993).'],
  too_old: ['offers no TLS 1.2 or newer', 'Whoever runs the server has to update it.'],
};

/** What came of a login, as one of the results and in words for people. */
export function mailWords(outcome: Exclude<MailOutcome, { kind: 'accepted' }>, place: MailPlace): MailWords {
  const { host } = place;
  const what = place.how === 'password' ? 'The password' : 'The token';
  switch (outcome.kind) {
    case 'smtp_reply':
      return smtpReply(outcome, place);
    case 'imap_reply':
      return imapReply(outcome, place);
    case 'no_mechanism':
      return forbidden(
        `${host} does not offer this kind of login here. ${what} was not sent.`,
        place.how === 'password'
          ? 'It may want an OAuth2 access token, or an encrypted connection.'
          : 'It may want a password (the other kind of this provider).',
      );
    case 'no_starttls':
      return unavailable(
        `${host} offers no encryption on this port (STARTTLS). ${what} was not sent.`,
        'Set security to tls and give the port for it (465, 993).',
      );
    case 'no_login_needed':
      return unavailable(`${host} let the connection in without asking for a login. ${NO_REFUSAL}`, 'Check the port.');
    case 'timeout':
      return { result: 'timeout', detail: `${host} did not answer within 10 seconds.`, hint: 'Check host and port.' };
    case 'unreachable':
      return unreachable(outcome, host, what);
  }
}

function unreachable(
  { why, tls }: Extract<MailOutcome, { kind: 'unreachable' }>,
  host: string,
  what: string,
): MailWords {
  switch (why) {
    case 'address':
      return unavailable(
        'The host leads to an address where this login must not go. Nothing was sent.',
        'A server on this computer or network needs “local”.',
      );
    case 'name':
      return unavailable(`There is no server named ${host}.`, 'Check the host for a typing error.');
    case 'offline':
      return unavailable(
        'This computer has no way to the network now. Nothing was sent.',
        'Check the network connection, then test again.',
      );
    case 'refused':
      return unavailable(`Nothing answers at ${host} on this port.`, 'Check host and port, and that the server runs.');
    case 'certificate': {
      const [problem, hint] = TLS[tls ?? 'untrusted'];
      return unavailable(`${host} ${problem}. ${what} was not sent.`, hint);
    }
    case 'broken':
      return unavailable(`${host} broke the connection before an answer came. ${NO_REFUSAL}`, LATER);
  }
}
