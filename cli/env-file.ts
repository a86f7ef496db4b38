import { parseEnv } from 'node:util';
import { AppError } from '../shared/errors.ts';
import { isBareReference, isReference, parseReference } from '../shared/reference.ts';
import { usage } from './fail.ts';
import { note } from './output.ts';
import { readTextFile } from './stdin.ts';

export const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

export interface EnvFile {
  readonly references: readonly { readonly name: string; readonly ref: string }[];
  readonly plain: Readonly<Record<string, string>>;
}

const NOT_HERE =
  'Keep the value with "keyharbor add" and name it here, as in --env NAME=kh://openai/work. Other programs and the shell\'s history see what stands here: if it was a real secret, replace it.';

/** What a variable is to hold. @throws AppError `invalid_input` that names the variable; the text is not repeated. */
export function referenceFor(name: string, ref: string): { readonly name: string; readonly ref: string } {
  try {
    parseReference(ref);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const isValue = !isReference(ref) && !isBareReference(ref);
    throw usage(`${name}: ${error.message} Nothing was started.`, isValue ? NOT_HERE : error.hint);
  }
  return { name, ref };
}

/**
 * A `.env` (the grammar of Node's own `--env-file`) whose values may be references. A reference is a whole value.
 * @throws AppError `invalid_input`.
 */
export function readEnvFile(path: string): EnvFile {
  const text = readTextFile(path, 'The --env-file');
  for (const line of strayReferences(text)) {
    note(
      `keyharbor: Line ${line} of the --env-file holds a reference, but no NAME= before it; no variable is made of it.`,
    );
  }
  return splitEnv(parseEnv(text));
}

/** Lines (the first is 1) that the grammar passes over in silence although a key was meant. */
export function strayReferences(text: string): readonly number[] {
  return text
    .split(/\r?\n/)
    .flatMap((line, at) => (/kh:\/\//.test(line) && !/^\s*#/.test(line) && !line.includes('=') ? [at + 1] : []));
}

export function splitEnv(values: Readonly<Record<string, string | undefined>>): EnvFile {
  const references: { name: string; ref: string }[] = [];
  const plain: Record<string, string> = {};
  for (const [name, value = ''] of Object.entries(values)) {
    if (!VARIABLE_NAME.test(name)) throw usage('The --env-file holds a name that cannot be a variable.');
    if (isReference(value)) references.push(referenceFor(name, value));
    else plain[name] = value;
  }
  return { references, plain };
}
