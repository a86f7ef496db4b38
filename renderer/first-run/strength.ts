/** What stands against a password before the core is even asked: its length, in code points. */
export const MIN_PASSWORD_LENGTH = 12;

export function isLongEnough(password: string): boolean {
  return [...password.normalize('NFKC')].length >= MIN_PASSWORD_LENGTH;
}
