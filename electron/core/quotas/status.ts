import type { QuotaStatus } from '../../../shared/contract/quotas.ts';
import type { QuotaDefinition } from '../../../shared/quotas.ts';
import type { Counter } from './counter.ts';

const iso = (ms: number): string => new Date(ms).toISOString();

/** @param definition - as its owner set it; the counter has it as it holds now. */
export function statusOf(counter: Counter, definition: QuotaDefinition, updatedAtMs: number): QuotaStatus {
  const { warnAt, throttle } = counter.definition;
  const { id, used, imported, reserved, carriedOver, available, kept, window, refused, unpriced, toldLevel } = counter;
  return {
    id,
    definition,
    inForce: { warnAt: [...warnAt], throttle },
    state: stateOf(counter),
    used,
    imported,
    reserved,
    carriedOver,
    available,
    kept,
    percent: counter.usedPercent,
    startsAt: iso(window.startMs),
    resetsAt: iso(window.endMs),
    refused,
    // A call without a price is missing in money only: as a request, and with its tokens, it is counted.
    unpriced: definition.counts === 'cost' ? unpriced : 0,
    warnedAt: toldLevel,
    clients: counter.shares(),
    updatedAt: iso(updatedAtMs),
  };
}

function stateOf(counter: Counter): QuotaStatus['state'] {
  const { definition, used, ordinary } = counter;
  if (!definition.enabled) return 'off';
  if (used >= ordinary || counter.isFull) return 'used-up';
  if (counter.delay('', 0) > 0) return 'slowed';
  return passedLevel(counter) === null ? 'ok' : 'warned';
}

/** The highest of its levels that is passed; null: none. Warnings are about what is settled, not about estimates. */
export function passedLevel({ definition, usedPercent, isFull }: Counter): number | null {
  let highest: number | null = null;
  for (const level of definition.warnAt) {
    const isPassed = usedPercent >= level || (isFull && level === 100);
    if (isPassed && level > (highest ?? 0)) highest = level;
  }
  return highest;
}
