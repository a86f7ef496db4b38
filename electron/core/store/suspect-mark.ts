import type { Paths } from '../seams.ts';

/** An empty file beside usage.db: SQLite found a fault in it, so the next one to open it looks at every page first. */
export function suspectMark({ usageDb }: Pick<Paths, 'usageDb'>): string {
  return `${usageDb}-suspect`;
}
