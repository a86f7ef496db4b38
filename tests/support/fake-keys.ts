import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface FakeKey {
  readonly provider: string;
  readonly format: string;
  readonly parts: readonly string[];
}

const file = join(import.meta.dirname, '../fixtures/samples/fake_keys.json');
const { keys } = JSON.parse(readFileSync(file, 'utf8')) as { keys: readonly FakeKey[] };

/** A key of the right format that was never issued, put together from its pieces. */
export function fakeKey(provider: string, format?: string): string {
  const found = keys.find((key) => key.provider === provider && (format === undefined || key.format.includes(format)));
  if (found === undefined) throw new Error(`no fake key of ${provider} ${format ?? ''}`);
  return found.parts.join('');
}
