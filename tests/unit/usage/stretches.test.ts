import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SPAN_DAY, SPAN_MONTH, SPAN_WEEK } from '../../../electron/core/usage/dimensions.ts';
import { firstDayOfMonth, firstDayOfWeek, monthOfDay, weekOfDay } from '../../../electron/core/usage/reporting-days.ts';
import { type Stretch, stretches } from '../../../electron/core/usage/stretches.ts';

/** The days whose sums stand in the rows of a stretch: those of weeks and months end where folding has come to. */
function daysIn({ span, first, last }: Stretch, foldedTo: number): number[] {
  const days = (from: number, to: number) => Array.from({ length: Math.max(0, to - from + 1) }, (_, n) => from + n);
  if (span === SPAN_DAY) return days(first, last);
  const start = span === SPAN_WEEK ? firstDayOfWeek : firstDayOfMonth;
  return days(start(first), Math.min(start(last + 1), foldedTo) - 1);
}

test('every day of a range is in exactly one row, wherever folding has come to', () => {
  const day = fc.integer({ min: 20_000, max: 20_500 });
  const unit = fc.constantFrom('day' as const, 'week' as const, 'month' as const, 'any' as const);
  fc.assert(
    fc.property(
      day,
      fc.integer({ min: 0, max: 800 }),
      fc.integer({ min: 19_900, max: 21_000 }),
      unit,
      (first, length, foldedTo, unit) => {
        const found = stretches(foldedTo, first, first + length, unit).flatMap((one) => daysIn(one, foldedTo));
        expect(found.toSorted((a, b) => a - b)).toEqual(Array.from({ length: length + 1 }, (_, n) => first + n));
      },
    ),
    { numRuns: 500 },
  );
});

test('a year reads a dozen rows of a name, and not hundreds', () => {
  const rows = (unit: 'week' | 'month' | 'any') =>
    stretches(21_000, 20_412, 20_776, unit).reduce((sum, { first, last }) => sum + last - first + 1, 0);
  expect(rows('any')).toBeLessThan(30);
  expect(rows('month')).toBeLessThan(75);
  expect(rows('week')).toBeLessThan(66);
  expect(stretches(21_000, firstDayOfMonth(670), firstDayOfMonth(682) - 1, 'month')).toEqual([
    { span: SPAN_MONTH, first: 670, last: 681 },
  ]);
});

test('a month up to today takes the running week as far as it is folded, and its days since', () => {
  const friday = Date.UTC(2026, 10, 20) / 86_400_000;
  const week = weekOfDay(friday);
  expect(stretches(friday, friday - 29, friday, 'any')).toEqual([
    { span: SPAN_DAY, first: friday - 29, last: friday - 26 },
    { span: SPAN_WEEK, first: week - 3, last: week },
    { span: SPAN_DAY, first: friday, last: friday },
  ]);
  // Up to Wednesday the week does not do: Thursday is in it.
  expect(stretches(friday, friday - 6, friday - 2, 'week').map(({ span }) => span)).toEqual([SPAN_DAY]);
});

test('weeks begin on Monday, months on the first', () => {
  const monday = Date.UTC(2026, 10, 16) / 86_400_000;
  expect(firstDayOfWeek(weekOfDay(monday))).toBe(monday);
  expect(firstDayOfWeek(weekOfDay(monday + 6))).toBe(monday);
  expect(weekOfDay(monday + 7)).toBe(weekOfDay(monday) + 1);
  expect(firstDayOfMonth(monthOfDay(monday))).toBe(Date.UTC(2026, 10, 1) / 86_400_000);
});
