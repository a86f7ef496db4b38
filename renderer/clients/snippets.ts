import { parseGrant } from '../../shared/grant.ts';

interface Listening {
  readonly on: boolean;
  readonly address: string | null;
  readonly port: number | null;
}

/** Where a tool finds the endpoint, or null while it does not listen. */
export function baseUrlOf(endpoint: Listening | null): string | null {
  if (endpoint === null || !endpoint.on || endpoint.port === null) return null;
  const host = endpoint.address ?? '127.0.0.1';
  return `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${endpoint.port}`;
}

/** A word for a POSIX shell, in single quotes. */
export const shellWord = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The first key that these grants are about, and in which way; null where they are about none. */
export function firstKey(grants: readonly string[]): {
  readonly kind: 'proxy' | 'keys:read';
  readonly provider: string;
  readonly label: string | null;
} | null {
  for (const text of grants) {
    const grant = parseGrant(text);
    if ('provider' in grant) return grant;
  }
  return null;
}

/** A line for a POSIX shell that uses what a client may do: calls through the proxy, else reads a key, else lists. */
export function curlSnippet(baseUrl: string, grants: readonly string[], token: string): string {
  const key = firstKey(grants);
  const label = key?.label ?? null;
  const path =
    key === null
      ? '/v1/keys'
      : key.kind === 'proxy'
        ? `/proxy/${key.provider}${label === null ? '' : `@${label}`}/${probePath(key.provider)}`
        : `/v1/keys/${key.provider}${label === null ? '' : `/${label}`}`;
  return `curl -s -H 'Authorization: Bearer ${token}' ${baseUrl}${path}`;
}

/** Something that costs nothing to ask, below the provider's base URL. */
export function probePath(provider: string): string {
  return PROBE_PATHS[provider] ?? '';
}

const PROBE_PATHS: Readonly<Record<string, string>> = {
  openai: 'models',
  anthropic: 'v1/models',
  openrouter: 'models',
  mistral: 'v1/models',
  groq: 'openai/v1/models',
  github: 'user',
  gitlab: 'user',
};
