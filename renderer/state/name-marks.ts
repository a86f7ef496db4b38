/**
 * Names of keys, clients, models and folders must not stand in the address, which outlives a lock. A mark of a name stands
 * there instead; names seen since the vault was opened are found by it, and after a reload they are read again.
 */
const known = new Map<string, string>();

/** 52 bits in hex: enough that no two names of a vault share one. No secret is made of it. */
export function markOf(name: string): string {
  let one = 0xdeadbeef;
  let two = 0x41c6ce57;
  for (let at = 0; at < name.length; at += 1) {
    const unit = name.charCodeAt(at);
    one = Math.imul(one ^ unit, 2654435761);
    two = Math.imul(two ^ unit, 1597334677);
  }
  one = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(two ^ (two >>> 13), 3266489909);
  two = Math.imul(two ^ (two >>> 16), 2246822507) ^ Math.imul(one ^ (one >>> 13), 3266489909);
  const high = (two >>> 0) & 0xfffff;
  return high.toString(16).padStart(5, '0') + (one >>> 0).toString(16).padStart(8, '0');
}

/** Remembers a name and gives its mark. */
export function markName(name: string): string {
  const mark = markOf(name);
  known.set(mark, name);
  return mark;
}

/** The name, or undefined where it was not seen since the vault was opened. */
export const nameOfMark = (mark: string): string | undefined => known.get(mark);

export const dropNameMarks = (): void => known.clear();
