import { AppError } from '../../../shared/errors.ts';
import type { AddressDescriptor, AuthKindDescriptor } from '../../../shared/provider/auth-kind.ts';
import { normaliseBaseUrl, normaliseHost } from './base-url.ts';
import { splitWords } from './words.ts';

/**
 * Where a credential goes that has no base URL: its mail servers, its MCP server, a program on this computer. The text
 * form of it is stored as the credential's origin and so is bound to its secrets like a base URL.
 */
export type OwnAddress =
  | {
      readonly protocol: 'smtp' | 'imap';
      /** In lower case and IDNA; an IPv6 address without brackets. */
      readonly host: string;
      readonly port: number;
      readonly security: MailSecurity;
    }
  | { readonly protocol: 'mcp_http'; readonly url: string }
  | { readonly protocol: 'oauth'; readonly issuer: string }
  | { readonly protocol: 'mcp_stdio'; readonly command: string; readonly args: readonly string[] };

/** `tls` from the first byte, `starttls` required before the login, or, on a local host only, `none`. */
export type MailSecurity = 'tls' | 'starttls' | 'none';
export type MailAddress = Extract<OwnAddress, { host: string }>;

/** RFC 8314 (465, 993), RFC 6409 (587), RFC 9051 (143), RFC 5321 (25). */
const PORTS = {
  smtp: { tls: 465, starttls: 587, none: 25 },
  imap: { tls: 993, starttls: 143, none: 143 },
} as const;
/** The start of the origin text. What is not encrypted says so, so that changing to it is another origin. */
const SCHEMES = {
  smtp: { tls: 'smtps', starttls: 'smtp', none: 'smtp+plain' },
  imap: { tls: 'imaps', starttls: 'imap', none: 'imap+plain' },
} as const;
const NOTHING_STORED = 'Nothing was stored.';

function mailSecurity(protocol: 'smtp' | 'imap', given: string | undefined, port: number | null): MailSecurity {
  if (given === 'tls' || given === 'starttls' || given === 'none') return given;
  return port === null || port === PORTS[protocol].tls ? 'tls' : 'starttls';
}

function mailAddress(
  descriptor: Extract<AddressDescriptor, { host: string }>,
  value: (field: string) => string | undefined,
  local: boolean,
): MailAddress | null {
  const host = value(descriptor.host);
  if (host === undefined || host === '') return null;
  const { protocol } = descriptor;
  const given = value(descriptor.port);
  const port = given === undefined || given === '' ? null : Number(given);
  const security = mailSecurity(protocol, value(descriptor.security), port);
  if (security === 'none' && !local) {
    throw new AppError(
      'invalid_input',
      `Without encryption the password could be read on its way. ${NOTHING_STORED}`,
      'Choose tls or starttls; none is for a server on this computer or network (--local).',
    );
  }
  const name = `${protocol.toUpperCase()} server`;
  return { protocol, host: normaliseHost(host, local, name), port: port ?? PORTS[protocol][security], security };
}

function addressFrom(
  descriptor: AddressDescriptor,
  value: (field: string) => string | undefined,
  local: boolean,
): OwnAddress | null {
  switch (descriptor.protocol) {
    case 'smtp':
    case 'imap':
      return mailAddress(descriptor, value, local);
    case 'mcp_http':
      return { protocol: 'mcp_http', url: normaliseBaseUrl(value(descriptor.url) ?? '', local, 'URL') };
    case 'oauth': {
      const issuer = value(descriptor.issuer) ?? '';
      return issuer === ''
        ? null
        : { protocol: 'oauth', issuer: normaliseBaseUrl(issuer, local, 'Authorization server') };
    }
    case 'mcp_stdio': {
      const args = splitWords(value(descriptor.args) ?? '');
      if (args !== null) return { protocol: 'mcp_stdio', command: value(descriptor.command) ?? '', args };
      throw new AppError(
        'invalid_input',
        `The arguments cannot be read: a quotation mark is not closed. ${NOTHING_STORED}`,
        'Write them as in a shell, or as a JSON array of texts.',
      );
    }
  }
}

/**
 * Reads where a credential goes from its fields, and refuses what must not be (SECURITY-DESIGN.md section 7.1). Empty
 * for a kind with a base URL.
 * @throws AppError `invalid_input` that says what is wrong, `security_violation` for metadata services.
 */
export function ownAddresses(
  kind: AuthKindDescriptor,
  value: (field: string) => string | undefined,
  local: boolean,
): OwnAddress[] {
  const found = kind.address.flatMap((each) => addressFrom(each, value, local) ?? []);
  if (found.length === 0 && kind.address.length > 0) {
    const fields = kind.address.flatMap((each) => ('host' in each ? [each.host] : []));
    throw new AppError(
      'invalid_input',
      `No server was given. ${NOTHING_STORED}`,
      `Fill in ${fields.join(' or ')} (--field ${fields[0] ?? 'host'}=VALUE).`,
    );
  }
  return found;
}

/** For people and for the seal: one line, the same for the same place. */
export function addressText(address: OwnAddress): string {
  switch (address.protocol) {
    case 'smtp':
    case 'imap': {
      const host = address.host.includes(':') ? `[${address.host}]` : address.host;
      return `${SCHEMES[address.protocol][address.security]}://${host}:${address.port}`;
    }
    case 'mcp_http':
      return address.url;
    case 'oauth':
      return address.issuer;
    case 'mcp_stdio':
      return `stdio:${[address.command, ...address.args].map((word) => JSON.stringify(word)).join(' ')}`;
  }
}

export function originOf(addresses: readonly OwnAddress[]): string {
  return addresses.map(addressText).join(' ');
}
