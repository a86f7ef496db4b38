import { type Keychain, KeychainUnavailable } from '../seams.ts';
import { probeSecretService, type SecretService } from './secret-service.ts';

const SERVICE = 'keyharbor';
const LIMIT_MS = 10_000;

const load = () => import('keytar').then((loaded) => loaded.default);
type KeytarModule = Awaited<ReturnType<typeof load>>;

/**
 * The keychain of the operating system through keytar, which is loaded on first use: on Linux it needs libsecret, and its
 * absence means "no keychain", not a crash. Values are kept as base64, since the library takes text only.
 */
export function osKeychain(env: NodeJS.ProcessEnv = process.env, platform = process.platform): Keychain {
  let loading: Promise<KeytarModule> | undefined;
  const keytar = (): Promise<KeytarModule> => {
    loading ??= load();
    return loading;
  };

  async function probe(): Promise<SecretService> {
    try {
      await keytar();
    } catch {
      const what =
        platform === 'linux' ? 'the library libsecret is not installed' : 'the keychain library cannot be loaded';
      return { name: null, reason: what };
    }
    if (platform === 'darwin') return { name: 'macOS Keychain' };
    if (platform === 'win32') return { name: 'Windows Credential Manager' };
    return probeSecretService(env, LIMIT_MS);
  }

  /** Asks only a keychain that can answer: a call to a locked one would block a thread of this process. */
  async function ask<T>(act: (keychain: KeytarModule) => Promise<T>): Promise<T> {
    const found = await probe();
    if (found.name === null) throw new KeychainUnavailable(found.reason);
    try {
      return await withinLimit(act(await keytar()));
    } catch (error) {
      if (error instanceof KeychainUnavailable) throw error;
      throw new KeychainUnavailable(`${found.name} refused`, { cause: error });
    }
  }

  return {
    probe,
    async read(account) {
      const text = await ask((keychain) => keychain.getPassword(SERVICE, account));
      if (text === null) return null;
      const bytes = Buffer.alloc(Buffer.byteLength(text, 'base64'));
      return bytes.subarray(0, bytes.write(text, 'base64'));
    },
    async write(account, value) {
      await ask((keychain) => keychain.setPassword(SERVICE, account, value.toString('base64')));
    },
    async remove(account) {
      await ask((keychain) => keychain.deletePassword(SERVICE, account));
    },
  };
}

async function withinLimit<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new KeychainUnavailable(`it did not answer within ${LIMIT_MS / 1000} s`)),
      LIMIT_MS,
    );
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
