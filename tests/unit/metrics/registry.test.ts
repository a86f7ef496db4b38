import { describe, expect, test } from 'vitest';
import { Metrics } from '../../../electron/core/metrics/registry.ts';

describe('metrics', () => {
  test('are the text format of Prometheus, in the order they were made', () => {
    const metrics = new Metrics();
    const calls = metrics.counter('keyharbor_calls_total', 'Calls.', ['provider']);
    metrics.counter('keyharbor_none_total', 'Never.');
    metrics.gauge('keyharbor_open', 'Open.').set({}, 1);
    const took = metrics.histogram('keyharbor_took_seconds', 'Took.', [], [0.1, 1]);
    calls.inc({ provider: 'openai' });
    calls.inc({ provider: 'openai' }, 2);
    calls.inc({ provider: 'a"b\\c\nd' });
    for (const seconds of [0.1, 0.5, 5]) took.observe({}, seconds);
    expect(metrics.text()).toBe(
      [
        '# HELP keyharbor_calls_total Calls.',
        '# TYPE keyharbor_calls_total counter',
        'keyharbor_calls_total{provider="openai"} 3',
        'keyharbor_calls_total{provider="a\\"b\\\\c\\nd"} 1',
        '# HELP keyharbor_none_total Never.',
        '# TYPE keyharbor_none_total counter',
        'keyharbor_none_total 0',
        '# HELP keyharbor_open Open.',
        '# TYPE keyharbor_open gauge',
        'keyharbor_open 1',
        '# HELP keyharbor_took_seconds Took.',
        '# TYPE keyharbor_took_seconds histogram',
        'keyharbor_took_seconds_bucket{le="0.1"} 1',
        'keyharbor_took_seconds_bucket{le="1"} 2',
        'keyharbor_took_seconds_bucket{le="+Inf"} 3',
        'keyharbor_took_seconds_sum 5.6',
        'keyharbor_took_seconds_count 3',
        '',
      ].join('\n'),
    );
  });

  test('do not grow without end: what is above a thousand series is counted together', () => {
    const metrics = new Metrics();
    const calls = metrics.counter('keyharbor_calls_total', 'Calls.', ['provider']);
    for (let n = 0; n < 1500; n += 1) calls.inc({ provider: `p${n}` });
    const lines = metrics.text().split('\n');
    expect(lines).toContain('keyharbor_calls_total{overflow="true"} 500');
    expect(lines.length).toBeLessThan(1010);
  });

  test('a figure that cannot be had at a scrape leaves the others', () => {
    const metrics = new Metrics();
    const open = metrics.gauge('keyharbor_open', 'Open.');
    metrics.onScrape(() => {
      throw new Error('locked');
    });
    metrics.onScrape(() => open.set({}, 2));
    expect(metrics.text()).toContain('keyharbor_open 2');
  });

  test('no two of one name, and none of another program', () => {
    const metrics = new Metrics();
    metrics.counter('keyharbor_calls_total', 'Calls.');
    expect(() => metrics.gauge('keyharbor_calls_total', 'Again.')).toThrow();
    expect(() => metrics.counter('calls_total', 'Calls.')).toThrow();
  });
});
