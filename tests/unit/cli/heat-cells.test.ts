import { expect, test } from 'vitest';
import { cellRoom, heatEdges, heatLines, heatStep } from '../../../cli/heat-cells.ts';
import { weekLines, yearLines } from '../../../cli/usage-calendar.ts';
import { dayIn, momentIn, momentsIn } from '../../../cli/zone-times.ts';
import type { UsageHeatMap } from '../../../shared/contract/usage.ts';

const DAYS = 52 * 7 + 6; // to a Saturday

function heats(length: number, given: Readonly<Record<number, Partial<Record<keyof UsageHeatMap['days'], number>>>>) {
  const column = (name: keyof UsageHeatMap['days']): number[] =>
    Array.from({ length }, (_, at) => given[at]?.[name] ?? 0);
  return {
    requests: column('requests'),
    failed: column('failed'),
    unpriced: column('unpriced'),
    incomplete: column('incomplete'),
    knownCostMicroUsd: column('knownCostMicroUsd'),
    tokens: column('tokens'),
  };
}

const MAP: UsageHeatMap = {
  zone: 'Europe/Berlin',
  from: '2025-11-17',
  to: '2026-11-21',
  days: heats(DAYS, {
    [DAYS - 1]: { requests: 9, knownCostMicroUsd: 9_000_000 },
    [DAYS - 2]: { requests: 1, knownCostMicroUsd: 1_000_000 },
    [DAYS - 3]: { requests: 2, unpriced: 2 },
  }),
  hoursOfWeek: heats(168, { 15: { requests: 3, knownCostMicroUsd: 5 } }),
  // A Wednesday already by the clocks of Berlin.
  collectedSince: '2026-11-03T23:30:00.000Z',
  remarks: [],
};

test('steps are quartiles of what is more than nothing', () => {
  const edges = heatEdges([0, 1, 2, 3, 4, 1000]);
  expect([0, 1, 2, 3, 4, 1000].map((value) => heatStep(value, edges))).toEqual([0, 1, 1, 2, 3, 4]);
  expect(heatEdges([0, 0])).toEqual([]);
  expect(heatStep(0, [])).toBe(0);
});

test('the year: blank before anything was counted, ? where no cost is known, the most the densest', () => {
  const lines = yearLines(MAP, 'cost', { columns: 80, blocks: false });
  const row = (name: string): string => lines.find((line) => line.startsWith(name)) ?? '';
  const last = 'Mon '.length + 52;
  expect([row('Thu')[last], row('Fri')[last], row('Sat')[last]]).toEqual(['?', '-', '*']);
  expect(row('Sun')).toHaveLength(last); // there is no such day yet
  expect([row('Tue')[last - 2], row('Wed')[last - 2]]).toEqual([' ', '.']);
  expect(lines).toContain('. none   - to $1.00   * to $9.00   # more   ? cost unknown');
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
});

test('requests have no unknown', () => {
  const text = yearLines(MAP, 'requests', { columns: 80, blocks: true }).join('\n');
  expect(text).not.toContain('?');
  expect(text).toContain('█');
});

test('a narrow terminal shows the latest weeks and says so; a wide one draws wider', () => {
  const narrow = yearLines(MAP, 'cost', { columns: 40, blocks: false });
  expect(narrow.at(-1)).toContain('The last 36 of 53 weeks');
  expect(narrow.find((line) => line.startsWith('Sat'))).toMatch(/\*$/);
  for (const line of narrow.slice(0, 8)) expect(line.length).toBeLessThanOrEqual(40);
  expect(cellRoom(53, 120)).toEqual({ cellColumns: 2, shown: 53 });
  expect(cellRoom(53, 0)).toEqual({ cellColumns: 1, shown: 1 });
});

test('the week: an hour stands under its name', () => {
  const [heading = '', monday = ''] = weekLines(MAP, 'cost', { columns: 80, blocks: false });
  expect(monday.indexOf('--')).toBe(heading.indexOf('15'));
  expect(monday).toBe(`Mon ${'.'.repeat(30)}--${'.'.repeat(16)}`);
});

test('a name over the cells that would touch the one before is left out', () => {
  expect(heatLines(['Jan', '', 'Feb', '', '', '', 'Mar'], [{ name: 'Mon', cells: ['.', ' ', '#'] }], 1)).toEqual([
    '    Jan   Mar',
    'Mon . #',
  ]);
});

test('days and times are those of the zone asked for, also at its midnight', () => {
  expect(dayIn('Europe/Berlin', '2026-11-20T23:00:00Z')).toBe('2026-11-21');
  expect(momentIn('Europe/Berlin', '2026-11-20T23:00:00Z')).toBe('2026-11-21 00:00');
  expect(momentIn('America/New_York', '2026-11-20T23:30:00Z')).toBe('2026-11-20 18:30');
  expect(momentIn('Europe/Berlin', '2026-11-20')).toBe('2026-11-20');
});

test('an hour that a clock shows twice is told apart by its offset, and no other', () => {
  const hours = ['23:00', '00:00', '01:00', '02:00'].map((time, at) => `2026-10-${at === 0 ? 24 : 25}T${time}:00Z`);
  expect(momentsIn('Europe/Berlin', hours)).toEqual([
    '2026-10-25 01:00',
    '2026-10-25 02:00 +02:00',
    '2026-10-25 02:00 +01:00',
    '2026-10-25 03:00',
  ]);
  expect(momentsIn('Europe/London', hours.slice(1, 3))).toEqual(['2026-10-25 01:00 +01:00', '2026-10-25 01:00 +00:00']);
  expect(momentsIn('Europe/Berlin', ['2026-10-25', '2026-10-26'])).toEqual(['2026-10-25', '2026-10-26']);
});
