import fc from 'fast-check';
import { type CellNames, type CountedCall, USUAL } from '../../../electron/core/usage/counted-call.ts';
import { OUTCOMES, SOURCES } from '../../../electron/core/usage/dimensions.ts';
import { MEASURES } from '../../../electron/core/usage/meter/meter.ts';
import { UNITS } from '../../../electron/core/usage/meter/tally.ts';
import { PRICE_REASONS } from '../../../electron/core/usage/prices/price-of.ts';

const name = fc.string({ maxLength: 20, unit: 'grapheme' });
export const anyCell: fc.Arbitrary<CellNames> = fc.record({
  provider: name,
  credentialId: name,
  credentialRef: name,
  clientId: name,
  clientName: name,
  project: name,
  model: name,
  endpoint: name,
  outcome: fc.constantFrom(...OUTCOMES),
});

/** Any counted call of these cells; half of them have nothing but what most have. */
export const anyCall = (cells: readonly CellNames[]): fc.Arbitrary<CountedCall> =>
  fc
    .record({
      call: fc.record({
        cell: fc.constantFrom(...cells),
        atMs: fc.nat(),
        requestId: fc.oneof(
          fc.string({ minLength: 1, maxLength: 40 }),
          fc.base64String({ minLength: 16, maxLength: 16 }),
        ),
        source: fc.constantFrom(...SOURCES),
        credentialVersion: fc.option(fc.nat()),
        method: fc.constantFrom('GET', 'POST'),
        status: fc.nat(999),
        measure: fc.constantFrom(...MEASURES),
        inputTokens: fc.nat(),
        cacheReadTokens: fc.nat(),
        cacheWriteTokens: fc.nat(1),
        cacheWriteLongTokens: fc.nat(1),
        outputTokens: fc.nat(),
        reasoningTokens: fc.nat(),
        costMicroUsd: fc.option(fc.nat()),
        cacheSavedMicroUsd: fc.nat(),
        why: fc.constantFrom(...PRICE_REASONS),
        latencyMs: fc.double({ min: 0, max: 1e6, noNaN: true }),
        firstByteMs: fc.option(fc.nat()),
        retryOf: fc.option(name),
        providerRequestId: fc.option(name),
        errorType: fc.option(name),
        unit: fc.option(fc.constantFrom(...UNITS)),
        thousandths: fc.option(fc.nat()),
        webSearches: fc.nat(1),
        serviceTier: fc.option(name),
        region: fc.option(name),
      }),
      isUsual: fc.boolean(),
    })
    .map(({ call, isUsual }) => (isUsual ? { ...call, ...USUAL } : call));
