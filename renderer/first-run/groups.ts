/** The recovery code is shown in groups joined by dashes. */
export const codeGroups = (code: string): readonly string[] => code.split('-');

/** As the core reads it: capitals; letters that are easily taken for digits are those digits (Crockford base 32). */
export function normalGroup(typed: string): string {
  return typed.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
}

/** Two different groups to be retyped, in reading order. `random` gives [0, 1). */
export function pickGroups(count: number, random: () => number = Math.random): readonly [number, number] {
  const first = Math.floor(random() * count);
  const second = (first + 1 + Math.floor(random() * (count - 1))) % count;
  return first < second ? [first, second] : [second, first];
}
