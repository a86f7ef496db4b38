import { describe, expect, test } from 'vitest';
import { heatEdges, heatSteps } from '../../../renderer/charts/heat-steps.ts';
import { keyMove } from '../../../renderer/charts/key-move.ts';
import { sparkPath } from '../../../renderer/charts/spark-path.ts';
import { axisMarks, cumulative, labelledSlots, niceStep, piecesAt, totalsOf } from '../../../renderer/charts/stack.ts';

const series = [
  { key: 'a', label: 'A', color: 0, values: [3, 0, 5] },
  { key: 'b', label: 'B', color: 1, values: [4, 2] },
] as const;

describe('stacks', () => {
  test('each piece begins where the one below it ends, and the last ends at the total', () => {
    expect(piecesAt(series, 0).map(({ bottom, top }) => [bottom, top])).toEqual([
      [0, 3],
      [3, 7],
    ]);
    expect(totalsOf(series, 3)).toEqual([7, 2, 5]);
  });
  test('running sums end at the sum', () => {
    expect(cumulative([1, 0, 4])).toEqual([1, 1, 5]);
  });
});

describe('axes', () => {
  test('steps are 1, 2 or 5 times a power of ten, and never a fraction', () => {
    expect([0.2, 1, 1.1, 3, 7, 30, 51_000].map(niceStep)).toEqual([1, 1, 2, 5, 10, 50, 100_000]);
  });
  test('the last mark is not below the highest value', () => {
    for (const max of [0, 1, 7, 99, 100, 101, 123_456_789]) {
      const marks = axisMarks(max, 5);
      expect(marks[0]).toBe(0);
      expect(marks.at(-1)).toBeGreaterThanOrEqual(Math.max(1, max));
      expect(marks.length).toBeLessThanOrEqual(7);
    }
  });
  test('names on the axis have room, and the last slot has one', () => {
    for (const [count, width] of [
      [1, 300],
      [30, 600],
      [365, 250],
    ] as const) {
      const slots = labelledSlots(count, width, 60);
      expect(slots.at(-1)).toBe(count - 1);
      const gaps = slots.slice(1).map((at, n) => at - (slots[n] as number));
      for (const gap of gaps) expect((gap * width) / count).toBeGreaterThanOrEqual(60);
    }
    expect(labelledSlots(0, 300, 60)).toEqual([]);
  });
});

describe('the cursor of a chart', () => {
  const from = { at: 3, level: null };
  test('left and right go along the slots and stop at the ends', () => {
    expect(keyMove('ArrowLeft', from, 5, 2)).toEqual({ at: 2, level: null });
    expect(keyMove('PageDown', from, 5, 2)?.at).toBe(4);
    expect(keyMove('Home', from, 5, 2)?.at).toBe(0);
    expect(keyMove('ArrowLeft', { at: 0, level: null }, 5, 2)?.at).toBe(0);
  });
  test('up goes through the series of a slot and past the top to all of it again', () => {
    const levels = [from];
    for (let n = 0; n < 3; n += 1) levels.push(keyMove('ArrowUp', levels.at(-1) as typeof from, 5, 2) as typeof from);
    expect(levels.map(({ level }) => level)).toEqual([null, 0, 1, null]);
    expect(keyMove('ArrowDown', from, 5, 2)?.level).toBe(1);
  });
  test('other keys are left alone', () => {
    expect(keyMove('Tab', from, 5, 2)).toBeNull();
    expect(keyMove('ArrowUp', from, 5, 0)).toBeNull();
  });
});

describe('heat', () => {
  test('nothing is step 0, and one large day does not leave all others pale', () => {
    expect(heatSteps([0, 1, 2, 3, 1_000])).toEqual([0, 1, 2, 3, 4]);
    expect(heatSteps([0, 0])).toEqual([0, 0]);
  });
  test('a single used day has a step', () => {
    expect(heatSteps([0, 7])).toEqual([0, 1]);
    expect(heatEdges([])).toEqual([]);
  });
});

test('a sparkline runs from edge to edge, its highest point at the top', () => {
  expect(sparkPath([0, 10, 5], 100, 22)).toBe('M0 21L50 1L100 11');
  expect(sparkPath([4], 100, 22)).toMatch(/^M0 /);
});
