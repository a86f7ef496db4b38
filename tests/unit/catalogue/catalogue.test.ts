import { describe, expect, it } from 'vitest';
import { Catalogue } from '../../../electron/core/providers/catalogue.ts';
import { checksumMatches } from '../../../electron/core/providers/checksums.ts';
import { recognise } from '../../../electron/core/providers/inspect.ts';
import { type ProviderDescriptor, providerDescriptor } from '../../../shared/provider/descriptor.ts';
import { entries, entryFiles, fakeKeys, rawEntry } from './entries.ts';

/** The providers that the product knows, and "http" for any other. */
const KNOWN_IDS = new Set(
  `anthropic openai mcp twocaptcha email slack clickup github telegram google openrouter mistral groq deepseek xai
  cohere together fireworks perplexity azure_openai aws huggingface replicate elevenlabs deepgram stripe twilio sendgrid
  cloudflare gitlab npm notion linear discord ollama http`.split(/\s+/),
);
/** Samples of auth kinds that need more than a request with a key in it. */
const OTHER_KINDS = new Set(['google client secret', 'google client id']);

const byId = new Map(entries.map((provider) => [provider.id, provider]));
const keys = fakeKeys().filter(
  ({ provider, format }) => byId.has(provider) && !OTHER_KINDS.has(`${provider} ${format}`),
);

function formatsOf(provider: ProviderDescriptor) {
  return provider.auth.flatMap((kind) => kind.formats);
}

/** The formats of its provider that a key fits as a whole. */
function fitting(provider: string, key: string) {
  const formats = formatsOf(byId.get(provider) as ProviderDescriptor);
  return formats.filter(({ regex }) => new RegExp(`^(?:${regex})$`).test(key));
}

describe('every entry of the catalogue', () => {
  it.each(entryFiles)('%s fits the schema and is named after its id', (file) => {
    const parsed = providerDescriptor.safeParse(rawEntry(file));
    expect(parsed.error?.issues ?? []).toEqual([]);
    expect(`${parsed.data?.id}.json`).toBe(file);
  });

  it.each(entries)('$id is a provider that the product knows', ({ id }) => {
    expect(KNOWN_IDS).toContain(id);
  });

  it.each(entries)('$id injects no environment name for two different fields', ({ auth }) => {
    const fieldOf = new Map<string, string>();
    for (const { field, names } of auth.flatMap((kind) => kind.environment)) {
      const name = names[0] as string;
      expect(fieldOf.get(name) ?? field, name).toBe(field);
      fieldOf.set(name, field);
    }
  });

  it.each(entries)('$id checks for less than a cent, cheapest first', ({ auth, checks }) => {
    for (const { kind } of auth) {
      const costs = checks.filter((check) => check.for.includes(kind)).map((check) => check.costMicroUsd);
      expect(costs).toEqual(costs.toSorted((a, b) => a - b));
      expect(Math.max(0, ...costs)).toBeLessThan(10_000);
    }
  });

  const byHttp = entries.filter(
    ({ id, checks }) => id !== 'http' && checks.some(({ protocol }) => protocol === 'http'),
  );
  it.each(byHttp)('$id says “valid” only to an answer that it knows', (provider) => {
    const last = provider.interpret.at(-1);
    expect(last?.when.status).toEqual(['2xx']);
    expect(last?.result).toBe('provider_unavailable');
  });

  it.each(entries)('$id tells what a kind is for that no check can try', ({ auth, checks }) => {
    const unchecked = auth.filter(({ kind }) => !checks.some((check) => check.for.includes(kind)));
    for (const kind of unchecked) expect(kind.note, kind.kind).toMatch(/test/);
  });
});

describe('key formats', () => {
  it.each(keys)('$provider $format: the shape fits', ({ provider, key }) => {
    expect(fitting(provider, key)).not.toEqual([]);
  });

  it.each(keys)(
    '$provider $format: begins with the prefix by which it is recognised while typed',
    ({ provider, key }) => {
      for (const { prefix } of fitting(provider, key)) expect(key.startsWith(prefix ?? '')).toBe(true);
    },
  );

  it.each(keys.filter(({ checksum }) => checksum !== undefined))(
    '$provider $format: a checksum called $checksum is judged so',
    ({ provider, key, checksum: said }) => {
      const checksums = fitting(provider, key).flatMap(({ checksum }) => checksum ?? []);
      expect(checksums).not.toEqual([]);
      for (const checksum of checksums) expect(checksumMatches(checksum, key)).toBe(said !== 'wrong');
    },
  );

  const catalogue = new Catalogue(entries);
  const specific = keys.filter(({ provider, key }) => fitting(provider, key).some(({ generic }) => !generic));
  it.each(specific)('$provider $format: pasted alone it is taken for that and nothing else', ({ provider, key }) => {
    const found = recognise(catalogue, key)?.known;
    expect(found?.provider.id).toBe(provider);
    expect(found?.whole.test(key)).toBe(true);
  });

  const shared = keys.filter((each) => !specific.includes(each));
  it.each(shared)('$provider $format: a shape that many share proposes no provider', ({ key }) => {
    expect(recognise(catalogue, key)).toBeNull();
  });
});
