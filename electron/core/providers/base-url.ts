import { AppError } from '../../../shared/errors.ts';
import {
  type AddressPolicy,
  addressKind,
  hostAddress,
  isAllowedAddress,
  isLocalName,
  isMetadataName,
} from '../net/address-rules.ts';

const NOTHING_STORED = 'Nothing was stored.';

type Refused = (what: string, hint: string) => AppError;

/** @param name - what people call it where they typed it. */
function refusal(name: string): Refused {
  return (what, hint) => new AppError('invalid_input', `${name}: ${what} ${NOTHING_STORED}`, hint);
}

function parse(text: string, refused: Refused): URL {
  if (text.length > 2048 || /[\s\\]/.test(text)) throw refused('it holds a space or a backslash.', 'Give a plain URL.');
  const url = URL.parse(text);
  if (url === null) throw refused('this is not a URL.', 'Give one like https://api.example.com/v1.');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw refused('only https and http are known.', 'Give one like https://api.example.com/v1.');
  }
  if (url.username !== '' || url.password !== '') {
    throw refused('it must not hold a user name or password.', 'Put secrets into the fields of the credential.');
  }
  if (url.search !== '' || url.hash !== '' || /[?#]/.test(text)) {
    throw refused('it must end before any "?" or "#".', 'Give the part that all requests share.');
  }
  if (url.hostname.endsWith('.')) throw refused('the host ends with a dot.', 'Leave the dot out.');
  if (/%(?:2e|2f|5c|00|25)/i.test(text) || url.pathname.includes('//')) {
    throw refused('its path is ambiguous.', 'Give a path without "//" and without encoded slashes or dots.');
  }
  return url;
}

function assertHost(url: URL, policy: AddressPolicy, refused: Refused): void {
  const address = hostAddress(url.hostname);
  if (isMetadataName(url.hostname) || (address !== null && addressKind(address) === 'metadata')) {
    throw new AppError(
      'security_violation',
      `A cloud metadata service is never called. ${NOTHING_STORED}`,
      'Give the address of the API itself.',
    );
  }
  if (policy === 'public') {
    if (url.protocol !== 'https:') {
      throw refused('a public host needs https.', 'Use https, or --local for a server on this computer or network.');
    }
    const isPublic = address === null ? !isLocalName(url.hostname) : addressKind(address) === 'public';
    if (!isPublic) {
      throw refused(
        'this host is on this computer or a private network.',
        'If that is what you want, say so: --local, or “This is a local address” in the window.',
      );
    }
  } else if (address !== null && !isAllowedAddress(address, 'local')) {
    throw refused(
      'a local server needs a loopback or private address.',
      'For a public host leave "local" out and use https.',
    );
  }
}

/**
 * Checks an own base URL (PRODUCT.md, "Base URL") and gives the form that is stored and bound to the secret: host in
 * lower case and IDNA, no default port, no slash at the end. A name is judged again, by its address, on each connection.
 * @param name - what people call it where they typed it.
 * @throws AppError `invalid_input` that says what is wrong, `security_violation` for metadata services.
 */
export function normaliseBaseUrl(text: string, local: boolean, name = 'Base URL'): string {
  const refused = refusal(name);
  const url = parse(text, refused);
  assertHost(url, local ? 'local' : 'public', refused);
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/**
 * The host of a server that is reached over another protocol than HTTP, under the same rules as the host of a base URL.
 * @param text - a name or an address, without a port. @param name - what people call it. @returns it in lower case and IDNA, IPv6 without brackets.
 * @throws AppError `invalid_input`, `security_violation`.
 */
export function normaliseHost(text: string, local: boolean, name: string): string {
  const url = URL.parse(`https://${text.includes(':') && !text.startsWith('[') ? `[${text}]` : text}`);
  if (url === null || url.port !== '' || url.pathname !== '/' || url.username !== '' || url.hostname.endsWith('.')) {
    throw refusal(name)('this is not the name of a server.', 'Give a host name.');
  }
  assertHost(url, local ? 'local' : 'public', refusal(name));
  return hostAddress(url.hostname) ?? url.hostname;
}

/** A base URL, taken apart once. */
export interface Base {
  /** Without a slash at the end. */
  readonly href: string;
  readonly origin: string;
  /** Of its path, without a slash at the end. */
  readonly prefix: string;
}

export function baseOf(baseUrl: string): Base {
  const { origin, pathname } = new URL(baseUrl);
  return { href: baseUrl.replace(/\/+$/, ''), origin, prefix: pathname.replace(/\/+$/, '') };
}

/** Joins a path to a base URL and makes sure that it stayed under it. @param path - "/" is the base URL itself. */
export function joinBelow(base: Base, path: string): URL {
  const url = new URL(path === '/' ? base.href : `${base.href}${path}`);
  const { pathname } = url;
  const under = pathname.startsWith(`${base.prefix}/`) || pathname === base.prefix;
  if (url.origin !== base.origin || !under || url.username !== '') {
    throw new AppError('security_violation', 'A path leads away from the base URL. Nothing was sent.');
  }
  return url;
}

/** The same for a path of the catalogue, or one the owner gave. */
export function joinPath(baseUrl: string, path: string): URL {
  return joinBelow(baseOf(baseUrl), path);
}
