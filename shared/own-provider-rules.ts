import type { ProviderDescriptor } from './provider/descriptor.ts';

/** What a descriptor that came as a file may hold at most, in UTF-8 bytes. */
export const MAX_DESCRIPTOR_BYTES = 256 * 1024;
/** Patterns of own providers look at no longer value: with two variable parts that is a million steps at worst. */
export const MAX_OWN_PATTERN_VALUE = 1024;
const MAX_VARIABLE_PARTS = 2;

/** Headers that say how a message is read, or to whom it goes. */
const RESERVED_HEADERS = new Set(
  ['host', 'connection', 'content-length', 'transfer-encoding', 'te', 'trailer', 'upgrade', 'expect'].concat([
    'keep-alive',
    'proxy-authorization',
    'proxy-connection',
    'accept-encoding',
  ]),
);
/** Variables by which a program is steered: a file must not choose them for the programs that `run` starts. */
const STEERING = new RegExp(
  '^(?:PATH|HOME|USER|SHELL|SHELLOPTS|ZDOTDIR|IFS|ENV|BASH_.*|BASHOPTS|LD_.*|DYLD_.*|NODE_.*|NPM_.*|PYTHON.*|PERL.*|' +
    'RUBY.*|JAVA_.*|_JAVA_.*|JDK_.*|CLASSPATH|GIT_.*|SSH_.*|SSL_.*|OPENSSL_.*|CURL_.*|LC_.*|LANG|TMPDIR|TEMP|TMP|' +
    'EDITOR|VISUAL|PAGER|BROWSER|XDG_.*|DBUS_.*|KEYHARBOR_.*|' +
    '.*_PROXY|PROMPT_COMMAND|PS[0-4])$',
);

/** Whether matching takes at most about n² steps: no repeated groups but optional ones, two variable parts. */
function isTamePattern(pattern: string): boolean {
  // A set ends at its first bracket, also right after its beginning: [^] is any character, [] is none.
  const bare = pattern.replace(/\\./g, 'x').replace(/\[[^\]]*\]/g, 'x');
  if (/\)(?:[*+]|\{)/.test(bare)) return false;
  const variable = bare.match(/[*+]|\{\d+,\d*\}|\?(?![:=!<])/g) ?? [];
  return variable.filter((part) => part !== '?').length <= MAX_VARIABLE_PARTS && variable.length <= 8;
}

/**
 * What an own provider may not do though the schema could say it: its file may come from anywhere. It has one place per
 * auth kind, the base URL, because that is what its secrets are bound to (SECURITY-DESIGN.md section 2.1).
 * @returns each in words; empty where all is well.
 */
export function ownProviderProblems(entry: ProviderDescriptor): string[] {
  const problems: string[] = [];
  const header = (name: string) => {
    if (RESERVED_HEADERS.has(name.toLowerCase())) problems.push(`the header ${name} is not one to set`);
  };
  for (const kind of entry.auth) {
    const of = `${kind.kind}: `;
    if (kind.token !== undefined) problems.push(`${of}access tokens from another server are for built-in providers`);
    if (kind.address.some((each) => each.protocol === 'mcp_stdio')) problems.push(`${of}a file names no programs`);
    for (const placement of kind.send) {
      if (placement.where === 'url') problems.push(`${of}a whole URL as the secret is for built-in providers`);
      if (placement.where === 'header') header(placement.name);
    }
    for (const name of kind.environment.flatMap((each) => each.names)) {
      if (STEERING.test(name)) problems.push(`${of}the variable ${name} steers other programs`);
    }
    for (const format of kind.formats) {
      if (!isTamePattern(format.regex)) problems.push(`${of}a pattern repeats too much to be tried safely`);
    }
  }
  for (const name of entry.baseUrl.environment) {
    if (STEERING.test(name)) problems.push(`the variable ${name} steers other programs`);
  }
  for (const request of [...entry.checks, ...entry.accountApis]) {
    if ('baseUrl' in request && request.baseUrl !== undefined) {
      problems.push(`${request.id}: a request to another place than the base URL is for built-in providers`);
    }
    if ('headers' in request) for (const name of Object.keys(request.headers)) header(name);
  }
  return [...new Set(problems)];
}
