import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { formatDate, formatDateTime, formatDay, formatMoment, formatNumber } from '../../../renderer/i18n/format.ts';
import { showTimesIn } from '../../../renderer/i18n/zone.ts';
import { percent } from '../../../renderer/usage/figures.ts';
import { barNames, dayTitle, momentIn, rangeTitle } from '../../../renderer/usage/moments.ts';

const ROOT = join(import.meta.dirname, '../../..');

test('days, clocks and numbers are written one way, whoever says them', () => {
  showTimesIn('Europe/Berlin');
  const iso = '2026-09-05T13:05:09.000Z';
  const at = Date.parse(iso);
  expect([formatDate(iso), formatDay('2026-09-05')]).toEqual(['5 Sept 2026', '5 Sept 2026']);
  expect(formatDateTime(iso)).toBe('5 Sept 2026, 15:05');
  expect(formatMoment(iso, at)).toBe('15:05:09');
  expect(momentIn('Europe/Berlin', iso)).toBe('5 Sept, 15:05:09');
  expect(dayTitle('2026-11-18')).toBe('Wed, 18 Nov 2026');
  expect(rangeTitle('2026-10-24', '2026-11-22', 'UTC')).toBe('24 Oct\u2009–\u200922 Nov 2026');
  expect(barNames({ from: iso, to: '2026-09-05T14:05:09.000Z' }, 'hour', 'UTC').title).toBe('Sat 5 Sept, 13:05–14:05');
  expect([formatNumber(1690.5), percent(0.054)]).toEqual(['1,690.5', '5.4\u00a0%']);
  showTimesIn('');
});

test('nothing in the window asks the system for its language', () => {
  const files = readdirSync(join(ROOT, 'renderer'), { recursive: true, encoding: 'utf8' });
  const asking = files
    .filter((name) => /\.tsx?$/.test(name))
    .filter((name) =>
      /navigator\.language|toLocale\w*\(\s*\)|Format\(\s*undefined/.test(
        readFileSync(join(ROOT, 'renderer', name), 'utf8'),
      ),
    );
  expect(asking).toEqual([]);
});
