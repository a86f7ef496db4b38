/** Control, format (bidirectional marks among them), private and unassigned characters, and line breaks. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}]/gu;
/** Marks that pile up on one letter and would cover the lines around it. */
const PILED_MARKS = /(\p{M}{3})\p{M}+/gu;

/**
 * What a caller says, fit to be shown: what cannot be seen is shown as a sign, and it is never longer than `max`
 * characters. The core took such characters out already; this page does not rely on it.
 */
export function plainText(text: string, max: number): string {
  const shown = text
    .replace(/[\t\n\r]+/g, ' ')
    .replace(UNSEEN, '\u{fffd}')
    .replace(PILED_MARKS, '$1');
  const letters = [...shown];
  return letters.length <= max ? shown : `${letters.slice(0, max - 1).join('')}…`;
}

/** A path is told apart by its end: the middle is left out. */
export function plainPath(text: string, max: number): string {
  const shown = [...plainText(text, 4096)];
  if (shown.length <= max) return shown.join('');
  const head = Math.floor((max - 1) / 3);
  return `${shown.slice(0, head).join('')}…${shown.slice(shown.length - (max - 1 - head)).join('')}`;
}
