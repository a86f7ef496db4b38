import type { CountedCall } from '../../../electron/core/usage/counted-call.ts';
import { readSpill, type SpillPlace } from '../../../electron/core/usage/spill.ts';
import { readSpilledCalls } from '../../../electron/core/usage/spilled-calls.ts';

/** All entries of a spill file at once. */
export function entriesLeft(place: SpillPlace) {
  const left = readSpill(place);
  if (left === null) return null;
  const entries = [...left.entries()];
  return { id: left.id, entries, whole: left.isWhole };
}

/** All calls of a spill file at once. @param taken - entries up to this number are left out. */
export function callsLeft(place: SpillPlace, taken = 0) {
  const left = readSpilledCalls(place);
  if (left === null) return null;
  const calls: CountedCall[] = [...left.groups(taken)].flatMap((group) => group.calls);
  return { calls, isWhole: left.isWhole, isOfThisForm: left.isOfThisForm };
}
