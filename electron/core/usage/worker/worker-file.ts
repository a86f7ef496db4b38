import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';

// Where two threads run WebAssembly (HTTP parsers, module lexers, type stripping), V8 13.6 may free code that it has replaced
// together with what the code belongs to, and crash (NativeModule::FreeCode). What is replaced is kept: a few KiB in all.
setFlagsFromString('--no-wasm-code-gc');

/**
 * The entry of a worker thread: beside its source where it is run from source, else where the build puts entries.
 * @param here - the asking file's `import.meta.dirname`.
 */
export function workerFile(here: string, name: string): string {
  const places = [join(here, `${name}.ts`), join(here, `${name}.js`), join(here, '..', `${name}.js`)];
  const found = places.find((file) => existsSync(file));
  if (found === undefined) throw new Error('the program files are incomplete: a worker is missing');
  return found;
}
