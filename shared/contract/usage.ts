import { z } from 'zod';
import { usageBy, usageMoment, usageRow } from '../usage.ts';

/** Days are those of the reporting zone; a day given as `to` is included. Left out: all there is. */
export const usageQuery = z.strictObject({ by: usageBy, from: usageMoment.optional(), to: usageMoment.optional() });

export const usageReport = z.strictObject({
  by: usageBy,
  /** IANA name of the reporting zone. */
  zone: z.string(),
  /** Days in their order, else the dearest first. */
  rows: z.array(usageRow),
});
