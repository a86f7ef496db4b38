/** Cuts a text so that every second part (1, 3, …) is one of the words, whatever its case. */
export function splitMatches(text: string, words: readonly string[]): readonly string[] {
  const wanted = words.filter((word) => word !== '').sort((a, b) => b.length - a.length);
  if (wanted.length === 0) return [text];
  return text.split(
    new RegExp(`(${wanted.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})`, 'gi'),
  );
}
