/** The endpoints that rows of exports are counted under: each such record sums many calls. */
export const EXPORTED_USAGE = 'export';
export const EXPORTED_COSTS = 'export/costs';

/** Of prompts that were all longer than the plain price reaches, as the export says. */
export const EXPORTED_LONG = 'export/long';

/** What prices must know of calls of an endpoint: an export told of many at once. */
export function summedAs(endpoint: string): { readonly summed?: 'plain' | 'long' } {
  if (endpoint === EXPORTED_LONG) return { summed: 'long' };
  return endpoint === EXPORTED_USAGE || endpoint === EXPORTED_COSTS ? { summed: 'plain' } : {};
}
