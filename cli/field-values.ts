import type { Command } from 'commander';
import { AppError } from '../shared/errors.ts';
import type { FieldDescriptor } from '../shared/provider/auth-kind.ts';
import type { ProviderInfo } from '../shared/provider/info.ts';
import { usage } from './fail.ts';
import { nearest } from '../shared/nearest.ts';
import { readTextFile, readValues, requireValueSize, withoutLastNewline } from './stdin.ts';
import { ask, canAsk } from './terminal.ts';

export type AuthInfo = ProviderInfo['auth'][number];

/** One `--stdin` or `--field`, as it stood on the command line; `field` null is the primary one. */
export type FieldWord =
  | { readonly from: 'stdin'; readonly field: string | null }
  | { readonly from: 'file'; readonly field: string; readonly path: string }
  | { readonly from: 'argv'; readonly field: string; readonly value: string };

/** @throws AppError `invalid_input`; the text is not repeated, a secret may stand in it. */
export function parseFieldWord(text: string): FieldWord {
  const at = text.indexOf('=');
  if (at < 1) throw usage('--field takes NAME=VALUE, NAME=- (stdin) or NAME=@FILE.');
  const field = text.slice(0, at);
  const value = text.slice(at + 1);
  if (value === '-') return { from: 'stdin', field };
  if (value.startsWith('@')) return { from: 'file', field, path: value.slice(1) };
  return { from: 'argv', field, value };
}

/** The options `--stdin` and `--field`, and the list that they fill in the order in which they are written. */
export function fieldOptions(command: Command): readonly FieldWord[] {
  const words: FieldWord[] = [];
  command
    .option('--stdin', 'read the secret from stdin (or ask for it without showing it)')
    .option(
      '--field <name=value>',
      'another field: NAME=VALUE if it is no secret, NAME=- for stdin, NAME=@FILE',
      () => null,
    )
    .on('option:stdin', () => words.push({ from: 'stdin', field: null }))
    .on('option:field', (text: string) => words.push(parseFieldWord(text)));
  return words;
}

/** @throws AppError `invalid_input` with the kinds there are. */
export function chooseAuth(provider: ProviderInfo, kind: string | undefined): AuthInfo {
  const found = kind === undefined ? provider.auth[0] : provider.auth.find((auth) => auth.kind === kind);
  if (found !== undefined) return found;
  throw usage(
    `${provider.name} has no such auth kind.`,
    `There is: ${provider.auth.map((auth) => auth.kind).join(', ')}.`,
  );
}

interface Wanted {
  readonly field: FieldDescriptor;
  readonly word: FieldWord;
}

/** Each word with the field it means. @throws AppError `invalid_input`: unknown, given twice, a secret in argv. */
function assign(auth: AuthInfo, words: readonly FieldWord[]): readonly Wanted[] {
  const seen = new Set<string>();
  return words.map((word) => {
    const name = word.field ?? auth.primary;
    const field = auth.fields.find((known) => known.name === name);
    const names = auth.fields.map((known) => known.name);
    if (field === undefined) {
      const close = nearest(name, names);
      throw usage(
        'There is no such field.',
        close === null ? `Fields: ${names.join(', ')}.` : `Did you mean ${close}?`,
      );
    }
    if (seen.has(name)) throw usage(`The field ${name} was given twice.`);
    seen.add(name);
    if (word.from === 'argv' && field.secret) {
      throw usage(
        `The field ${name} is secret and is not taken from the command line, where other programs and the shell's history see it. Nothing was stored.`,
        `Use ${name === auth.primary ? '--stdin' : `--field ${name}=-`} or --field ${name}=@FILE; if the value was real, replace it.`,
      );
    }
    return { field, word };
  });
}

/**
 * The values of the fields that were named. With `complete`, required ones that were not named are asked for on a
 * terminal.
 * @throws AppError `invalid_input` where something is missing, unknown or not taken from the command line.
 */
export async function fieldValues(
  auth: AuthInfo,
  words: readonly FieldWord[],
  complete: boolean,
): Promise<Record<string, string>> {
  const wanted = assign(auth, words);
  const values: Record<string, string> = {};
  const onStdin = wanted.filter(({ word }) => word.from === 'stdin').map(({ field }) => field);
  for (const { field, word } of wanted) {
    if (word.from === 'argv') values[field.name] = word.value;
    if (word.from === 'file') values[field.name] = fileValue(field, word.path);
  }
  Object.assign(values, await stdinValues(onStdin));
  const missing = auth.fields.filter(
    (field) => field.required && field.default === undefined && !(field.name in values),
  );
  if (complete && missing.length > 0) Object.assign(values, await askMissing(missing, auth.primary));
  return values;
}

function fileValue(field: FieldDescriptor, path: string): string {
  const text = readTextFile(path, `The file for ${field.name}`);
  requireValueSize(text, `The file for ${field.name}`);
  // The newline at the end of a PEM belongs to it; at the end of a key it was put there by an editor.
  return field.multiline ? text : withoutLastNewline(text);
}

async function stdinValues(fields: readonly FieldDescriptor[]): Promise<Record<string, string>> {
  if (fields.length === 0) return {};
  if (process.stdin.isTTY) return askFields(fields);
  const values = await readValues(fields.map(({ name }) => name));
  return Object.fromEntries(fields.map(({ name }, index) => [name, values[index] ?? '']));
}

async function askMissing(missing: readonly FieldDescriptor[], primary: string): Promise<Record<string, string>> {
  if (canAsk()) return askFields(missing);
  const names = missing.map(({ name }) => name);
  const how = missing.map(({ name, secret }) =>
    name === primary ? '--stdin' : `--field ${name}=${secret ? '-' : 'VALUE'}`,
  );
  throw new AppError('invalid_input', `Missing: ${names.join(', ')}.`, `Give it with ${how.join(' ')}.`);
}

async function askFields(fields: readonly FieldDescriptor[]): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const field of fields) {
    if (field.multiline) {
      throw usage(`${field.label} has several lines and cannot be typed.`, `Use --field ${field.name}=@FILE.`);
    }
    const value = await ask(`${field.label}: `, !field.secret);
    if (value === '') throw usage(`${field.label} was left empty. Nothing was stored.`);
    values[field.name] = value;
  }
  return values;
}
