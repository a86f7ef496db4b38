import { expect, test } from 'vitest';
import { EXPORT_VIEWS, exportViewOf, type ExportViewOptions } from '../../../cli/export-view.ts';
import { exportView } from '../../../shared/contract/usage-records.ts';

test.each<[ExportViewOptions, object]>([
  [
    { from: '7d', provider: ['openai'] },
    { kind: 'requests', from: '7d', filter: { provider: ['openai'] } },
  ],
  [{ by: 'model' }, { kind: 'report', by: 'model' }],
  [
    { view: 'totals', from: 'this-month', client: ['agent'] },
    { kind: 'totals', from: 'this-month', filter: { client: ['agent'] } },
  ],
  [
    { view: 'calendar', to: 'yesterday', model: ['a', 'b'] },
    { kind: 'calendar', to: 'yesterday', filter: { model: ['a', 'b'] } },
  ],
  [{ view: 'hours-of-week' }, { kind: 'hours-of-week' }],
  [
    { view: 'forecast', to: 'this-year' },
    { kind: 'forecast', to: 'this-year' },
  ],
  [
    { view: 'anomalies', from: '30d', provider: ['openai'] },
    { kind: 'anomalies', from: '30d', filter: { provider: ['openai'] } },
  ],
  [
    { view: 'cheapest', model: ['gpt-oss-120b'] },
    { kind: 'cheapest', model: 'gpt-oss-120b' },
  ],
])('%j exports %j', (options, view) => {
  expect(exportViewOf(options)).toEqual(view);
});

test.each<[ExportViewOptions, string]>([
  [{ view: 'calendar', from: '7d' }, '--view calendar does not take --from.'],
  [{ view: 'prices', provider: ['openai'] }, '--view prices does not take --provider.'],
  [{ view: 'cheapest', client: ['agent'] }, '--view cheapest does not take --client.'],
  [{ view: 'prices', model: ['a'] }, '--view prices does not take --model.'],
  [{ view: 'cheapest', model: ['a', 'b'] }, 'Offers are compared of one model.'],
  [{ view: 'totals', by: 'day' }, '--by and --view are two exports.'],
])('%j is refused', (options, message) => {
  expect(() => exportViewOf(options)).toThrow(expect.objectContaining({ code: 'invalid_input', message }) as Error);
});

test('each view that can be named is one of the contract', () => {
  for (const view of EXPORT_VIEWS) expect(exportView.safeParse(exportViewOf({ view })).success).toBe(true);
});
