import { isIPv6 } from 'node:net';

/** What may stand in a request (SECURITY-DESIGN.md section 7.1; RFC 9110 section 5). */
const SECRET = /^[\x21-\x7e]+$/;
const HEADER_VALUE = /^[\x20-\x7e]*$/;
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,128}$/;
const PATH = /^\/(?!\/)[\x21-\x7e]*$/;

/** Headers that carry the request itself; a key put there would break it or go astray. */
const RESERVED_HEADERS = new Set([
  'connection',
  'content-length',
  'content-type',
  'cookie',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export function isSendableSecret(value: string): boolean {
  return SECRET.test(value);
}

export function isHeaderValue(value: string): boolean {
  return HEADER_VALUE.test(value);
}

export function isHeaderName(value: string): boolean {
  return HEADER_NAME.test(value) && !RESERVED_HEADERS.has(value.toLowerCase());
}

/** A path that stays under the base URL it is joined to. */
export function isRequestPath(value: string): boolean {
  if (!PATH.test(value) || /[\\#]|%(?:2e|2f|5c|00|25)/i.test(value)) return false;
  const [path = ''] = value.split('?');
  return !path.split('/').some((segment) => segment === '.' || segment === '..') && !path.includes('//');
}

/** One part of a path: no slash, nothing that is read as another path. */
export function isPathSegment(value: string): boolean {
  return /^[A-Za-z0-9._~:@-]{1,256}$/.test(value) && value !== '.' && value !== '..';
}

/** A name or an IPv4 address, with or without a port. */
export function isHost(value: string): boolean {
  return /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?(?::[0-9]{1,5})?$/.test(value);
}

/** A name, an IPv4 or an IPv6 address, without a port. */
export function isHostname(value: string): boolean {
  return (isHost(value) && !value.includes(':')) || isIPv6(value);
}

export function isPort(value: string): boolean {
  return /^[1-9][0-9]{0,4}$/.test(value) && Number(value) <= 65_535;
}
