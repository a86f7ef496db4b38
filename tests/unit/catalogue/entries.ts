import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ProviderDescriptor, providerDescriptor } from '../../../shared/provider/descriptor.ts';

const ROOT = join(import.meta.dirname, '../../..');
const FOLDER = join(ROOT, 'resources/providers');

export const entryFiles: readonly string[] = readdirSync(FOLDER);

export function rawEntry(file: string): unknown {
  return JSON.parse(readFileSync(join(FOLDER, file), 'utf8'));
}

/** A catalogue entry as the program sees it. */
export function entry(id: string): ProviderDescriptor {
  return providerDescriptor.parse(rawEntry(`${id}.json`));
}

export const entries: readonly ProviderDescriptor[] = entryFiles.map((file) =>
  providerDescriptor.parse(rawEntry(file)),
);

export interface FakeKey {
  readonly provider: string;
  readonly format: string;
  readonly key: string;
  /** What the sample says about its checksum; undefined where it has none. */
  readonly checksum: string | undefined;
}

function sample(name: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, 'tests/fixtures/samples', name), 'utf8'));
}

/** Keys of the right shape that nobody ever issued; they lie in pieces so that no scanner sees a whole one. */
export function fakeKeys(): FakeKey[] {
  const { keys } = sample('fake_keys.json') as {
    keys: { provider: string; format: string; parts: string[]; checksum?: string }[];
  };
  return keys.map(({ provider, format, parts, checksum }) => ({ provider, format, key: parts.join(''), checksum }));
}

export interface SampleAnswer {
  readonly provider: string;
  readonly name: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** What the sample says it means, in the words of the provider facts. */
  readonly verdict: string;
}

interface RawCase {
  provider?: string;
  name: string;
  status?: number;
  content_type?: string;
  headers?: Record<string, string>;
  body?: unknown;
  verdict: string;
}

/** The HTTP answers among the samples of `file`. */
export function sampleAnswers(file: string, provider = ''): SampleAnswer[] {
  const { cases } = sample(file) as { cases: RawCase[] };
  return cases.flatMap((each) =>
    each.status === undefined
      ? []
      : [
          {
            provider: each.provider ?? provider,
            name: each.name,
            status: each.status,
            headers: { 'content-type': each.content_type ?? 'application/json', ...each.headers },
            text: typeof each.body === 'string' ? each.body : JSON.stringify(each.body),
            verdict: each.verdict,
          },
        ],
  );
}
