import { AppError } from '../../../shared/errors.ts';
import { DEFAULT_LABEL, LABEL_PATTERN, PROVIDER_ID_PATTERN } from '../../../shared/reference.ts';

/** `/proxy/{provider}[@{label}]/{path…}` (SECURITY-DESIGN.md section 7.1). */
export const PROXY_PREFIX = '/proxy/';

export interface ProxyTarget {
  readonly provider: string;
  readonly label: string;
  /** What comes after provider and label, as it was sent: a path from its slash on, and a query. Not judged yet. */
  readonly rest: string;
}

/** Null where provider or label are none. Nothing is decoded: ids and labels need no escapes. */
export function proxyTarget(target: string): ProxyTarget | null {
  if (!target.startsWith(PROXY_PREFIX)) return null;
  const slash = target.indexOf('/', PROXY_PREFIX.length);
  const question = target.indexOf('?', PROXY_PREFIX.length);
  if (slash < 0 || (question >= 0 && question < slash)) return null;
  const name = target.slice(PROXY_PREFIX.length, slash);
  const at = name.indexOf('@');
  const provider = at < 0 ? name : name.slice(0, at);
  const label = at < 0 ? DEFAULT_LABEL : name.slice(at + 1);
  if (!PROVIDER_ID_PATTERN.test(provider) || !LABEL_PATTERN.test(label)) return null;
  return { provider, label, rest: target.slice(slash) };
}

const VISIBLE_ASCII = /^\/[\x21\x22\x24-\x5b\x5d-\x7e]*$/; // no control, no space, no "#", no backslash
const ESCAPED_TRICK = /%(?:[01][0-9a-f]|7f|2e|2f|5c)/i;
const BAD_ESCAPE = /%(?![0-9a-f]{2})/i;
/** What some servers make of fullwidth and other look-alike characters. */
const READ_AS_PATH = /[/\\.%\x00-\x1f]/;

function refused(what: string): AppError {
  return new AppError(
    'invalid_input',
    `The path ${what}. Nothing was sent.`,
    'Send the plain path of the provider’s API, without ".", "..", "//", backslashes or encoded ones of these.',
  );
}

/**
 * Judges the raw path: only one that every server reads the same way goes on. It is not changed.
 * @param rest - path and query, from the slash on. @returns both, the query without its question mark.
 * @throws AppError `invalid_input` that names the rule and repeats nothing of the path.
 */
export function checkedPath(rest: string): { readonly path: string; readonly query: string } {
  const question = rest.indexOf('?');
  const path = question < 0 ? rest : rest.slice(0, question);
  const query = question < 0 ? '' : rest.slice(question + 1);
  if (!VISIBLE_ASCII.test(rest)) throw refused('holds a character that does not belong there');
  if (path.includes('//')) throw refused('holds two slashes in a row');
  if (path.includes('%')) checkEscapes(path);
  if (path.includes('/.')) checkSegments(path);
  return { path, query };
}

function checkSegments(path: string): void {
  for (const segment of path.split('/')) {
    // "..;x" is ".." to servers that know path parameters (RFC 3986 section 3.3)
    const [name] = segment.split(';');
    if (name === '.' || name === '..') throw refused('holds a segment of dots');
  }
}

function checkEscapes(path: string): void {
  if (BAD_ESCAPE.test(path)) throw refused('holds a percent sign that escapes nothing');
  // Decoded again and again, as a server behind a server would: "%25%32%65" is "%2e" and then "."
  for (let text = path, next = ''; text !== next; ) {
    if (ESCAPED_TRICK.test(text)) throw refused('holds an encoded dot, slash, backslash or control character');
    next = text;
    text = text.replace(/%([2-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  }
  try {
    const decoded = decodeURIComponent(path).replace(/[\x00-\x7f]/g, '');
    if (READ_AS_PATH.test(decoded.normalize('NFKC'))) throw refused('holds a look-alike of a dot or slash');
  } catch (error) {
    throw error instanceof AppError ? error : refused('is not UTF-8');
  }
}

/** Parameters in which providers take credentials: the client's would go beside ours, or be a secret in a log. */
const CREDENTIAL_PARAMETER = new RegExp(
  '^(?:' +
    [
      '(?:x[-_])?(?:api|access|auth|app|client|secret|private|subscription|service|goog|user|session|security|bearer|' +
        'refresh|id|oauth)?[-_.]?(?:key|token|secret|password|passwd|pwd|passphrase|jwt)',
      'auth|authorization|hapikey|api[-_]?key[-_]?id|credentials?|signature|sig',
      'accesskeyid|awsaccesskeyid|googleaccessid', // signed URLs of AWS (version 2) and Google
      'x-(?:amz|goog)-(?:signature|credential|security-token|algorithm|signedheaders|date|expires)', // and version 4
    ].join('|') +
    ')$',
);

function parameterName(raw: string): string {
  const name = raw.split('=', 1)[0] ?? '';
  try {
    return decodeURIComponent(name.replaceAll('+', ' ')).toLowerCase().replace(/\[.*$/s, '').trim();
  } catch {
    return '';
  }
}

/** The query without credential-like parameters; the others byte for byte as they came. */
export function forwardedQuery(query: string): string {
  if (query === '') return '';
  return query
    .split('&')
    .map((part) =>
      // ";" separates too, for some servers
      part
        .split(';')
        .filter((piece) => !CREDENTIAL_PARAMETER.test(parameterName(piece)))
        .join(';'),
    )
    .filter((part) => part !== '')
    .join('&');
}
