import { toErrorBody } from '../../shared/errors.ts';
import { Exit } from '../fail.ts';
import { print } from '../output.ts';
import { readTextInput } from '../stdin.ts';
import { listLogins, lookUp } from './lookup.ts';
import { originOf } from './match.ts';

/** docker-credential-helpers knows a missing login by this text, on stdout with exit code 1. */
const NOT_FOUND = 'credentials not found in native keychain';
const LOOPBACK = /^https:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|$)/;

/** A registry is named with or without a scheme and a path: "ghcr.io", "https://index.docker.io/v1/". */
export function registryOrigins(server: string): readonly string[] {
  const [, scheme = 'https', host = ''] = /^(?:(https?):\/\/)?([^/\s]+)/.exec(server.trim()) ?? [];
  const origin = originOf(scheme, host);
  if (origin === null) return [];
  // Without a scheme a registry on this computer may be one without TLS.
  const plain = !server.includes('://') && LOOPBACK.test(origin) ? [origin.replace('https:', 'http:')] : [];
  return [origin, ...plain];
}

async function get(named: string | null): Promise<void> {
  const server = (await readTextInput('The input')).trim();
  for (const origin of registryOrigins(server)) {
    const login = await lookUp({ origin, user: null }, named);
    if (login === null) continue;
    return print(JSON.stringify({ ServerURL: server, Username: login.user, Secret: login.password }));
  }
  print(NOT_FOUND);
  throw new Exit(1);
}

/** Docker's side (docker-credential-helpers): what goes wrong is a line on stdout and exit code 1. */
export async function dockerHelper(operation: string, named: string | null): Promise<void> {
  try {
    if (operation === 'get') return await get(named);
    if (operation === 'list') return print(JSON.stringify(await listLogins()));
  } catch (error) {
    if (error instanceof Exit) throw error;
    const { message, hint } = toErrorBody(error);
    print(`keyharbor: ${message} ${hint}`.trim());
    throw new Exit(1);
  }
  // All of it is read, so that the other side does not write into a closed pipe.
  await readTextInput('The input');
  print('keyharbor: Logins are kept in the vault and not changed from here. Use keyharbor add, edit or delete.');
  throw new Exit(1);
}
