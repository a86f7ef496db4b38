import { expect, test } from 'vitest';
import { knownModels, offerLines } from '../../../renderer/usage/offer-view.ts';

const offer = (provider: string, microUsdPerMillion: number) => {
  const called = { credentials: [`${provider}/work`], model: `x/${provider}`, longPrompt: false };
  return { provider, microUsdPerMillion, ...called, requests: 0, knownCostMicroUsd: 0 };
};
const model = (name: string, offers: ReturnType<typeof offer>[]) => ({
  ...{ model: name, promptTokens: null, savesMicroUsd: 0, offers },
  mix: { measured: false, input: 750_000, cacheRead: 0, cacheWrite: 0, output: 250_000 },
});

test('offers are listed also where nothing would have been saved, those that can be chosen among first', () => {
  const lines = offerLines({
    models: [
      model('alone', [offer('openai', 5)]),
      model('gpt-oss-120b', [offer('groq', 176_000), offer('cerebras', 176_000), offer('together', 194_000)]),
      model('free', [offer('one', 0), offer('two', 10)]),
    ],
  });
  expect(lines.map(({ model: name, offer: { provider }, dearer }) => [name, provider, dearer])).toEqual([
    ['gpt-oss-120b', 'groq', null],
    ['gpt-oss-120b', 'cerebras', null],
    ['gpt-oss-120b', 'together', '+10\u00a0%'],
    ['free', 'one', null],
    ['free', 'two', ''], // no percentage says how much more than nothing that is
    ['alone', 'openai', null],
  ]);
});

test('the names to choose from are those of prices by tokens, each once', () => {
  const price = (name: string | null, per: string) => ({ model: name, per });
  expect(
    knownModels([
      price('b', 'tokens'),
      price('a', 'tokens'),
      price('b', 'tokens'),
      price('tts', 'characters'),
      price(null, 'calls'),
    ]),
  ).toEqual(['a', 'b']);
});
