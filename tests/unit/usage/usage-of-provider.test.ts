import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Catalogue } from '../../../electron/core/providers/catalogue.ts';
import { usageOfProvider } from '../../../electron/core/usage/usage-of-provider.ts';

const catalogue = Catalogue.load(join(import.meta.dirname, '../../../resources/providers'));

test('every provider of the catalogue says how its answers are metered', () => {
  const silent = catalogue.all().filter(({ usage }) => usage === undefined);
  expect(silent.map(({ id }) => id)).toEqual([]);
  expect(usageOfProvider(catalogue.get('openai'))).toMatchObject({ kind: 'openai', includeUsage: true });
  expect(usageOfProvider(catalogue.get('anthropic'))).toMatchObject({ kind: 'anthropic', includeUsage: false });
});

test('an own provider that says nothing is read by what it is', () => {
  expect(usageOfProvider({ category: 'llm' })).toMatchObject({ kind: 'openai', unit: 'tokens', includeUsage: false });
  expect(usageOfProvider({ category: 'devops' })).toMatchObject({ kind: 'none', unit: 'calls' });
});
