import { maskSecrets } from '../logs/mask.ts';

/**
 * A command line as it may be shown: argv is where people put secrets although they should not. Better a harmless word
 * covered than a key shown.
 */
const COVER = '[masked]';
const MAX_WORD = 256;
const MAX_LINE = 1024;
// Control characters, separators of lines, and all that changes writing direction.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

const SECRET_NAME =
  /(?:^|[-_.])(?:api|access|auth|secret|private)?[-_.]?(?:keys?|tokens?|secrets?|pass(?:word|wd|phrase)?|pwd|auth|authorization|credentials?|cookie|bearer|pin|dsn)$/i;
/** Flags whose next word is a secret, or a header that may hold one. */
const SECRET_SHORT_FLAGS: ReadonlySet<string> = new Set(['-u', '-p', '-H', '-b', '-e']);
/** Flags that hold a secret with some programs and something harmless with all others, also written in one word with it. */
const PROGRAM_FLAGS: readonly { readonly programs: RegExp; readonly flag: string }[] = [
  { programs: /^(?:redis|valkey|keydb)-(?:cli|benchmark)$/i, flag: '-a' },
  { programs: /^ldap[a-z]+$/i, flag: '-w' },
  { programs: /^(?:zip|unzip|sqlcmd|bcp|mosquitto_(?:pub|sub|rr))$/i, flag: '-P' },
];
const PROGRAM_NAME = /([^/\\"']+?)(?:\.exe)?["']*$/i;
/** What begins another command in the script of a shell. */
const NEXT_COMMAND = /^(?:[;|&]+|\w+;)$/;
/** As Windows programs take them, `/p X` and `/p:X`. `/p:Name=Value` is a property of MSBuild. */
const WINDOWS_FLAG = /^\/(?:p|pw|rp|pwd|pass(?:word|phrase)?|token|secret|apikey)$/i;
const WINDOWS_ATTACHED = /^(\/(?:p|pw|rp)):(?!\w+=)./i;
/** Of an Authorization header (RFC 9110, section 11.1). */
const SCHEMES: ReadonlySet<string> = new Set(['basic', 'bearer', 'digest', 'token', 'apikey']);
const ENVIRONMENT_WORD = /^([A-Za-z_][A-Za-z0-9_]*)=./;
const FLAG_WITH_VALUE = /^(--?[A-Za-z][\w.-]*)[=:](.+)$/s;
/** "name:password", as the next word or behind "=". */
const ACCOUNT_FLAG = /^--(?:proxy-)?user$/;
/** "-uname:password" and "-ppassword", as curl and mysql take them. A port is no secret, nor are a few letters flags. */
const ATTACHED = /^(-u).*:.|^(-p)(?![a-z]{1,5}$|[\d.:]+$)./;
/** The name of `name=…`, `name:…` or `"name":…` inside a word. Only whole names, so that a long word is read once. */
const NAME = /(?<![\w.-])([\w.-]+)["']?[=:](?!\/\/|$)/g;
const HEADER = /^([A-Za-z][A-Za-z0-9-]*):\s*\S/;

/** One line for people: no control and no direction-changing characters, at most `max` code units. */
export function plainText(text: string, max: number): string {
  const plain = text.replace(UNSAFE, ' ').trim();
  return plain.length <= max
    ? plain
    : `${[...plain]
        .slice(0, max - 1)
        .join('')
        .slice(0, max - 1)}…`;
}

/** The words with secrets taken out, at most about 1,000 characters. */
export function maskCommandLine(argv: readonly string[]): string {
  return plainText(maskWords(argv).join(' '), MAX_LINE);
}

function maskWords(words: readonly string[]): string[] {
  let nextIsSecret = false;
  let nextIsAccount = false;
  let flag: string | null = null;
  return words.map((word, at) => {
    const covered = (nextIsSecret && !word.startsWith('-')) || (nextIsAccount && word.includes(':'));
    nextIsSecret = at > 0 && (announcesSecret(word) || word === flag);
    nextIsAccount = ACCOUNT_FLAG.test(word);
    if (covered) return COVER;
    if (flag !== null && word.startsWith(flag) && word !== flag) return `${flag}${COVER}`;
    flag = secretFlagOf(word) ?? (NEXT_COMMAND.test(word) ? null : flag);
    return plainText(maskWord(word), MAX_WORD);
  });
}

/** The flag behind which this program takes a secret; null: the word names none of them. */
function secretFlagOf(word: string): string | null {
  if (word.length > MAX_WORD) return null;
  const name = PROGRAM_NAME.exec(word)?.[1] ?? '';
  return PROGRAM_FLAGS.find(({ programs }) => programs.test(name))?.flag ?? null;
}

/** "--token", "-H", "Authorization:", "Bearer": what follows is not to be shown. */
function announcesSecret(word: string): boolean {
  const bare = word.replace(/^["']+|["']+$/g, '').replace(/^--?[A-Za-z][\w-]*=/, '');
  if (SECRET_SHORT_FLAGS.has(bare) || SCHEMES.has(bare.toLowerCase()) || WINDOWS_FLAG.test(bare)) return true;
  return (bare.startsWith('-') && isSecretName(bare)) || (bare.endsWith(':') && isSecretName(bare.slice(0, -1)));
}

/** Of a flag, a variable, a header or a member: `--db-password`, `DB_PASSWORD`, `dbPassword`, `{"db_password"`. */
function isSecretName(name: string): boolean {
  const bare = name.replace(/^[^A-Za-z_]+|["']+$/g, '');
  return SECRET_NAME.test(bare.replace(/([a-z0-9])([A-Z])/g, '$1-$2'));
}

function maskWord(word: string): string {
  // The script of "sh -c" and the like: each of its words for itself.
  if (/\s/.test(word))
    return maskWords(['', ...word.split(/\s+/)])
      .join(' ')
      .trim();
  const attached = ATTACHED.exec(word);
  if (attached !== null) return `${attached[1] ?? attached[2]}${COVER}`;
  const windows = WINDOWS_ATTACHED.exec(word.replace(/^["']+/, ''));
  if (windows !== null) return `${windows[1]}:${COVER}`;
  const environment = ENVIRONMENT_WORD.exec(word.replace(/^["']+/, ''));
  if (environment !== null) return `${environment[1]}=${COVER}`;
  const flag = FLAG_WITH_VALUE.exec(word);
  if (flag?.[1] !== undefined && flag[2] !== undefined) {
    const isSecret = isSecretName(flag[1]) || (ACCOUNT_FLAG.test(flag[1]) && flag[2].includes(':'));
    return `${flag[1]}=${isSecret ? COVER : maskWord(flag[2])}`;
  }
  const header = HEADER.exec(word);
  if (header?.[1] !== undefined && !word.includes('://') && isSecretName(header[1])) return `${header[1]}: ${COVER}`;
  return maskValue(word);
}

function maskValue(value: string): string {
  const bare = value
    .replace(/^["']+/, '')
    .replace(/(:\/\/)[^/@\s]+@/, `$1${COVER}@`)
    .replace(/[?#].*$/s, (query) => (query.includes('=') ? `${query.charAt(0)}${COVER}` : query));
  for (const named of bare.matchAll(NAME)) {
    if (isSecretName(named[1] ?? '')) return `${maskValue(bare.slice(0, named.index))}${named[0]}${COVER}`;
  }
  // The filter's long runs would cover every path; what lies between two slashes is looked at instead.
  if (/^(?:~|\.{0,2})\/|:\/\//.test(bare)) return bare.split('/').map(maskSecrets).join('/');
  return maskSecrets(bare);
}
