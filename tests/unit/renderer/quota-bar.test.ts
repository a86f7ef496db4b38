import { expect, test } from 'vitest';
import { barParts } from '../../../renderer/quotas/bar-parts.ts';

const bar = (given: Partial<Parameters<typeof barParts>[0]>) =>
  barParts({ used: 0, reserved: 0, limit: 200, kept: 0, levels: [75, 90, 100], ...given });

test('what is used, held and kept each have their part of the bar', () => {
  expect(bar({ used: 60, reserved: 20, kept: 40, levels: [] })).toEqual({ spent: 30, held: 10, kept: 20, marks: [] });
});

test('warning levels stand where they are passed: of what ordinary calls can draw on, also its end', () => {
  expect(bar({}).marks).toEqual([
    { level: 75, at: 75 },
    { level: 90, at: 90 },
  ]);
  expect(bar({ kept: 40 }).marks).toEqual([
    { level: 75, at: 60 },
    { level: 90, at: 72 },
    { level: 100, at: 80 },
  ]);
});

test('no part leaves the bar, and a limit of nothing is all used', () => {
  expect(bar({ used: 190, reserved: 50, levels: [] })).toMatchObject({ spent: 95, held: 5 });
  expect(bar({ used: 500, kept: 40, levels: [] })).toMatchObject({ spent: 100, held: 0, kept: 20 });
  expect(bar({ limit: 0, levels: [] })).toMatchObject({ spent: 100, held: 0, kept: 0 });
});
