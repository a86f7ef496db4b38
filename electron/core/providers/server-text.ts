const MAX_TEXT = 160;
const COVER = '••••';

/** The ways in which a server could repeat a secret that it was sent. */
function shapesOf(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8');
  return [secret, bytes.toString('base64'), bytes.toString('base64url'), encodeURIComponent(secret)];
}

/**
 * A server's own words with what it was sent taken out.
 * @param secrets - what was sent, also in the combined form that a login mechanism gives it; empty ones are passed over.
 */
export function coverSecrets(text: string, secrets: readonly string[]): string {
  const shapes = secrets.filter((secret) => secret !== '').flatMap(shapesOf);
  return shapes
    .toSorted((a, b) => b.length - a.length)
    .reduce((covered, shape) => covered.replaceAll(shape, COVER), text);
}

/**
 * A server's own words, fit to be shown: secrets covered, without control and direction characters, cut.
 * @param secrets - as for `coverSecrets`.
 */
export function serverText(text: string, secrets: readonly string[]): string {
  const plain = coverSecrets(text, secrets)
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/\p{Cf}/gu, '')
    .replace(/ {2,}/g, ' ')
    .trim();
  return plain.length > MAX_TEXT ? `${plain.slice(0, MAX_TEXT - 1)}…` : plain;
}
