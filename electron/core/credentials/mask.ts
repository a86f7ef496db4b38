const DOTS = '••••••••'; // always eight: the length of the value is not shown either
const MIN_LENGTH = 12;
const TAIL = 4;

/**
 * What may be seen of a secret in lists: a known prefix and the last four characters, never more than a third of it,
 * and nothing at all of a short or multi-line one.
 * @param prefix - the literal start that the catalogue knows for this kind of key; shown whole or not at all.
 */
export function maskSecret(value: string, prefix = ''): string {
  const characters = [...value];
  if (characters.length < MIN_LENGTH || /[\r\n]/.test(value)) return DOTS;
  const room = Math.floor(characters.length / 3) - TAIL;
  const start = prefix !== '' && value.startsWith(prefix) && [...prefix].length <= room ? prefix : '';
  return `${start}${DOTS}${characters.slice(-TAIL).join('')}`;
}
