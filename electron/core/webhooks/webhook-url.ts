import { AppError } from '../../../shared/errors.ts';
import { normaliseBaseUrl } from '../providers/base-url.ts';

/** An address that was checked. */
export interface WebhookUrl {
  /** All of it: many receivers put a secret into path or query. */
  readonly href: string;
  /** Scheme, host and port. */
  readonly origin: string;
  /** For people: scheme, host and port, and `/…` where there is more. */
  readonly shown: string;
}

const MAX_LENGTH = 2048;

/**
 * Reads the address of a receiver under the rules for base URLs: https to public hosts; loopback and private addresses
 * only with the owner's word. A name is judged again, by its address, on each connection.
 * @throws AppError `invalid_input` that says what is wrong, `security_violation` for metadata services.
 */
export function readWebhookUrl(text: string, local: boolean): WebhookUrl {
  const url = text.length > MAX_LENGTH || /[\s\\]/.test(text) ? null : URL.parse(text);
  if (url === null) throw refused('this is not a URL.', 'Give one like https://hooks.example.com/keyharbor.');
  if (url.username !== '' || url.password !== '') {
    throw refused('it must not hold a user name or password.', 'The signature proves who sends it.');
  }
  if (text.includes('#')) throw refused('it must end before any "#".', 'Leave that part out.');
  // An origin of another scheme is the text "null".
  normaliseBaseUrl(url.origin === 'null' ? text : url.origin, local, 'URL');
  return { href: url.href, origin: url.origin, shown: shownUrl(url) };
}

function refused(what: string, hint: string): AppError {
  return new AppError('invalid_input', `URL: ${what} Nothing was stored.`, hint);
}

/** Whatever stands behind the host may be a secret, however it looks: a hook's path, a password of four letters. */
function shownUrl({ origin, pathname, search }: URL): string {
  return pathname === '/' && search === '' ? origin : `${origin}/…`;
}
