import { expect, test } from 'vitest';
import { bucketsOf, unitFor } from '../../../../electron/core/usage/analysis/buckets.ts';
import { calendarOf } from '../../../../electron/core/usage/analysis/calendar.ts';
import { rangeOf } from '../../../../electron/core/usage/analysis/range.ts';

const calendar = calendarOf('Europe/Berlin');
const range = (from: string, to: string) =>
  rangeOf({ from, to }, { calendar, nowMs: Date.UTC(2026, 10, 22, 12), firstHour: null });

test('a period without length is told as such, and one that is the wrong way round to be turned', () => {
  const at = '2026-11-20T14:00:00Z';
  expect(() => range(at, at)).toThrow('no length');
  expect(() => range('2026-11-20T14:10:00Z', '2026-11-20T14:40:00Z')).not.toThrow(); // that hour
  expect(() => range('2026-11-20', '2026-11-19')).toThrow('The period ends before it begins.');
  expect(() => range('2026-11-20T14:00:00Z', '2026-11-19T14:00:00Z')).toThrow('The period ends before it begins.');
});

test('who asks for too many bars is told a way that there is', () => {
  const all = range('1970-01-01', '9999-12-31');
  const hintFor = (unit: 'hour' | 'month') => {
    try {
      return bucketsOf(all, unit, calendar).list.length;
    } catch (error) {
      return (error as { hint?: string }).hint;
    }
  };
  expect(hintFor('hour')).toContain('weeks or months');
  expect(unitFor('auto', all, calendar)).toBe('month');
  expect(hintFor('month')).toBe('Ask for a shorter time.');
});

test('a day has the hours that its clock has', () => {
  const hoursOf = (day: string) => bucketsOf(range(day, day), 'hour', calendar).list.length;
  expect([hoursOf('2026-03-29'), hoursOf('2026-10-25'), hoursOf('2026-11-20')]).toEqual([23, 25, 24]);
});
