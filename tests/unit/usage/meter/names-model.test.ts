import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMeter } from '../../../../electron/core/usage/meter/meter.ts';
import { namesModel } from '../../../../electron/core/usage/meter/names-model.ts';

const names = (answer: string) => namesModel(Buffer.from(answer));

test.each([
  ['compact', '{"id":"chatcmpl-1","object":"chat.completion","model":"gpt-6-luna","choices":[]}'],
  ['with spaces', '{ "id": "chatcmpl-1",\n  "model" : "meta/llama-4:free",\n "choices": [] }'],
  ['first', '{"model":"m"}'],
  ['at its longest', `{"model":"${'m'.repeat(128)}"}`],
])('an answer names its model: %s', (_, answer) => expect(names(answer)).toBe(true));

test.each([
  ['in an object of it', '{"message":{"model":"m"}}'],
  ['behind an object', '{"usage":{},"model":"m"}'],
  ['behind a list', '{"data":[],"model":"m"}'],
  ['far behind', `{"id":"${'x'.repeat(260)}","model":"m"}`],
  ['as a value', '{"object":"model","id":"m"}'],
  ['within a text', '{"id":"\\"model\\":\\"m\\""}'],
  ['as none', '{"model":null}'],
  ['as nothing', '{"model":""}'],
  ['with odd signs', '{"model":"a b"}'],
  ['too long', `{"model":"${'m'.repeat(129)}"}`],
  ['cut', '{"model":"gpt'],
  ['without a colon', '{"model" "m"}'],
  ['by a longer name', '{"models":"m"}'],
  ['by one that ends so', '{"supermodel":"m"}'],
  ['by another name', '{"modem":"m"}'],
  ['by one with another letter', '{"medel":"m"}'],
  ['by one that begins otherwise', '{"nodel":"m"}'],
  ['in no object', 'x,"model":"m"}'],
  ['in a list', '["model","m"]'],
  ['in events', 'data: {"model":"m"}'],
  ['in nothing', ''],
])('it does not, or not where it can be seen: %s', (_, answer) => expect(names(answer)).toBe(false));

test('whoever reads an answer that names its model finds it', () => {
  const value = fc.oneof(fc.string(), fc.integer(), fc.constantFrom('model', '"model":"m"', '\\'), fc.constant(null));
  const model = fc.oneof(fc.constantFrom('gpt-6-luna', 'a b', '', 'x'.repeat(129), null), fc.string({ maxLength: 5 }));
  const members = fc.array(fc.tuple(fc.constantFrom('id', 'mode', 'model '), value), { maxLength: 3 });
  let named = 0;
  fc.assert(
    fc.property(members, model, fc.constantFrom(0, 1), (before, is, indent) => {
      const text = JSON.stringify(
        { ...Object.fromEntries(before), model: is, usage: { prompt_tokens: 1 } },
        null,
        indent,
      );
      if (!names(text)) return;
      named += 1;
      const options = { kind: 'openai', unit: 'tokens', method: 'POST', path: 'chat/completions' } as const;
      const meter = createMeter({ ...options, status: 200, contentType: 'application/json' });
      meter.whole(Buffer.from(text).toString('latin1'));
      expect(meter.end('complete').model).toBe(is);
    }),
    { numRuns: 1000 },
  );
  expect(named).toBeGreaterThan(50);
});
