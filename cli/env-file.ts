import { parseEnv } from 'node:util';
import { isReference } from '../shared/reference.ts';
import { usage } from './fail.ts';
import { readTextFile } from './stdin.ts';

export const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

export interface EnvFile {
  readonly references: readonly { readonly name: string; readonly ref: string }[];
  readonly plain: Readonly<Record<string, string>>;
}

/**
 * A `.env` (the grammar of Node's own `--env-file`) whose values may be references. A reference is a whole value.
 * @throws AppError `invalid_input`.
 */
export function readEnvFile(path: string): EnvFile {
  return splitEnv(parseEnv(readTextFile(path, 'The --env-file')));
}

export function splitEnv(values: Readonly<Record<string, string | undefined>>): EnvFile {
  const references: { name: string; ref: string }[] = [];
  const plain: Record<string, string> = {};
  for (const [name, value = ''] of Object.entries(values)) {
    if (!VARIABLE_NAME.test(name)) throw usage('The --env-file holds a name that cannot be a variable.');
    if (isReference(value)) references.push({ name, ref: value });
    else plain[name] = value;
  }
  return { references, plain };
}
