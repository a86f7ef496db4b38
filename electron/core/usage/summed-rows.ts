/** The endpoints that rows of exports are counted under: each such record sums many calls. */
export const EXPORTED_USAGE = 'export';
export const EXPORTED_COSTS = 'export/costs';

export function isSummed(endpoint: string): boolean {
  return endpoint === EXPORTED_USAGE || endpoint === EXPORTED_COSTS;
}
