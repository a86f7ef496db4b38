import type { AuditEntry } from '../../shared/contract/audit.ts';

interface Part {
  readonly entries: readonly AuditEntry[];
  readonly more: boolean;
}

/**
 * What is shown, with a page more: the newest ones in front, or older ones behind.
 * @param before - the page begins below this number; undefined: at the newest.
 */
export function joined(now: Part, page: Part, before: number | undefined): Part {
  if (before !== undefined) return { entries: [...now.entries, ...page.entries], more: page.more };
  const newest = now.entries[0]?.seq ?? 0;
  const meets = now.entries.length > 0 && (!page.more || page.entries.some(({ seq }) => seq <= newest));
  // More came at once than fits a page: what lies between is not known, so the list begins anew.
  if (!meets) return page;
  return { entries: [...page.entries.filter(({ seq }) => seq > newest), ...now.entries], more: now.more };
}
