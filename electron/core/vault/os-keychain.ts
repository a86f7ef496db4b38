import type { Keychain } from '../seams.ts';

/** The keychain of this desktop. */
export function osKeychain(): Keychain {
  const reason = 'No keychain is used yet.';
  return {
    probe: () => Promise.resolve({ name: null, reason }),
    read: () => Promise.resolve(null),
    write: () => Promise.resolve(),
    remove: () => Promise.resolve(),
  };
}
