import type { Keychain } from '../../electron/core/seams.ts';

const unused = (): Promise<never> => Promise.reject(new Error('this vault is tied to no computer'));

/** A computer without a keychain: vaults get a plain password slot. */
export const NO_KEYCHAIN: Keychain = {
  probe: () => Promise.resolve({ name: null, reason: 'none' }),
  read: unused,
  write: unused,
  remove: unused,
};
