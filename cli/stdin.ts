import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { usage } from './fail.ts';

/** No value may be longer (shared/contract/schemas.ts); this leaves room for a few of them. */
const MAX_INPUT_BYTES = 1024 * 1024;
/** The contract takes no longer text; here it can be said which value it was. */
const MAX_VALUE_BYTES = 64 * 1024;
const BYTE_ORDER_MARK = '\ufeff';

function decode(bytes: Buffer, what: string): string {
  if (bytes.length > MAX_INPUT_BYTES) throw usage(`${what} is too long: 1 MiB is the most that is read.`);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw usage(`${what} is not text in UTF-8.`, 'Binary files have to be encoded first, with base64 for example.');
  }
}

/** Windows programs put this mark before text; nobody sees it, and nobody could type it again. */
function withoutMark(text: string): string {
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

/** One newline at the end is not part of a value; any other is. */
export function withoutLastNewline(text: string): string {
  return text.replace(/\r?\n$/, '');
}

/**
 * The values that stand on stdin: one is the whole input, several are a line each.
 * @throws AppError `invalid_input` when there are fewer or more lines than `names`.
 */
export async function readValues(names: readonly string[]): Promise<readonly string[]> {
  return splitValues(await readTextInput('The input'), names);
}

/** All of stdin as text. @throws AppError `invalid_input`: not UTF-8, or too long. */
export async function readTextInput(what: string): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length > MAX_INPUT_BYTES) break;
  }
  return decode(Buffer.concat(chunks), what);
}

/** The text of a small file; `-` is stdin. @throws AppError `invalid_input`. */
export async function readTextFrom(path: string, what: string): Promise<string> {
  return path === '-' ? withoutMark(await readTextInput(what)) : readTextFile(path, what);
}

/** @throws AppError `invalid_input`. */
export function requireValueSize(value: string, what: string): void {
  if (Buffer.byteLength(value) <= MAX_VALUE_BYTES) return;
  throw usage(`${what} is too long: a value has at most 64 KiB. Nothing was changed.`);
}

/** The rule itself; `names` are only for the message. */
export function splitValues(given: string, names: readonly string[]): readonly string[] {
  const values = valuesOf(given, names);
  for (const [at, value] of values.entries()) requireValueSize(value, `On stdin ${names[at] ?? 'a value'}`);
  return values;
}

function valuesOf(given: string, names: readonly string[]): readonly string[] {
  const input = withoutLastNewline(withoutMark(given));
  const [only = ''] = names;
  if (names.length === 1) {
    if (input !== '') return [input];
    throw usage(`Nothing came on stdin, where ${only} was expected. Nothing was changed.`, EMPTY_STDIN);
  }
  const values = input.split(/\r?\n/);
  if (values.length === names.length && !values.includes('')) return values;
  const came = values.filter((value) => value !== '').length;
  const wanted = `${names.length} lines were expected on stdin: ${names.join(', ')}`;
  if (came === 0) throw usage(`Nothing came on stdin. ${wanted}. Nothing was changed.`, EMPTY_STDIN);
  const what = values.includes('') ? 'One of them was empty' : `There ${came === 1 ? 'was' : 'were'} ${came}`;
  throw usage(`${wanted}. ${what}. Nothing was changed.`, 'Each value is one line; the last may end with a newline.');
}

const EMPTY_STDIN = 'Pipe it in, as in: printf %s "$VALUE" | keyharbor ...';

/** The text of a small file without a byte order mark. @throws AppError `invalid_input`. */
export function readTextFile(path: string, what: string): string {
  return withoutMark(readTextFileAsItIs(path, what));
}

/** The same with each byte of it; works for a pipe that a shell made (`<(…)`) too. @throws AppError `invalid_input`. */
export function readTextFileAsItIs(path: string, what: string): string {
  const chunks: Buffer[] = [];
  try {
    const file = openSync(path, 'r');
    try {
      if (fstatSync(file).isDirectory()) throw new Error('a folder');
      const chunk = Buffer.alloc(64 * 1024);
      let length = 0;
      for (let read = readSync(file, chunk); read > 0 && length <= MAX_INPUT_BYTES; read = readSync(file, chunk)) {
        chunks.push(Buffer.from(chunk.subarray(0, read)));
        length += read;
      }
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw usage(`${what} ${missing ? 'does not exist' : 'cannot be read'}. Nothing was changed.`, 'Check its path.');
  }
  return decode(Buffer.concat(chunks), what);
}
