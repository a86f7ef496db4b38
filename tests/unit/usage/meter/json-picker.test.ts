import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JsonPicker, pickerPlan, pickWhole } from '../../../../electron/core/usage/meter/json-picker.ts';

const PLAN = pickerPlan({
  model: true,
  usage: true,
  data: 'count',
  response: { usage: true, data: 'count', response: { model: true } },
});

type Found = readonly (readonly [path: string, value: unknown])[];
function passing(text: string): Found {
  const found: [string, unknown][] = [];
  new JsonPicker(PLAN, (path, value) => void found.push([path, value])).push(Buffer.from(text));
  return found;
}
function whole(text: string): Found | null {
  const found: [string, unknown][] = [];
  const bytes = Buffer.from(text).toString('latin1');
  return pickWhole(bytes, PLAN, (path, value) => void found.push([path, value])) ? found : null;
}

/** Names that are wanted come often, and where nobody wants them too. */
const anyName = fc.oneof(fc.constantFrom('model', 'usage', 'data', 'response'), fc.string({ maxLength: 6 }));
const { answer } = fc.letrec<{ answer: unknown; value: unknown }>((tie) => ({
  answer: fc.dictionary(anyName, tie('value'), { maxKeys: 5, noNullPrototype: true }),
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 4 },
    fc.oneof(
      fc.string({ unit: 'binary-ascii', maxLength: 60 }),
      fc.nat(),
      fc.double({ noNaN: true }),
      fc.constant(null),
    ),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('answer'),
  ),
}));

test('a text at hand whole is picked from as one that passes is', () => {
  fc.assert(
    fc.property(fc.oneof(answer, fc.array(answer, { maxLength: 3 })), fc.constantFrom(0, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      expect(whole(text)).toEqual(passing(text));
    }),
    { numRuns: 500 },
  );
});

test('objects of an array are looked into, whatever else stands in it', () => {
  const odd =
    '{"response":[1,[{"usage":0}],"}",null,{"usage":1,"data":[1,2]},{"response":[{"model":"a"}]}],"model":"b"}';
  const found = [
    ['response.usage', 1],
    ['response.data', 2],
    ['response.response.model', 'a'],
    ['model', 'b'],
  ];
  expect(passing(odd)).toEqual(found);
  expect(whole(odd)).toEqual(found);
  for (const broken of ['{"response":[}]}', '{"response":[,,', '{"response":[{]}']) {
    expect(() => passing(broken)).not.toThrow();
  }
});

test('what is not one text of JSON is left to the picker', () => {
  for (const text of ['', '{"model":"a"', '{"model":"a"}\n{"model":"b"}', 'model', '{"model":"a"}}']) {
    expect(whole(text)).toBeNull();
  }
  expect(passing('{"model":"a"}\n{"model":"b"}')).toEqual([
    ['model', 'a'],
    ['model', 'b'],
  ]);
});
