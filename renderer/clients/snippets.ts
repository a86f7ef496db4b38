import { parseGrant } from '../../shared/grant.ts';

/** Where a tool finds the endpoint, or null while it does not listen. */
export function baseUrlOf(
  endpoint: { readonly on: boolean; readonly address: string | null; readonly port: number | null } | null,
): string | null {
  if (endpoint === null || !endpoint.on || endpoint.port === null) return null;
  const host = endpoint.address ?? '127.0.0.1';
  return `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${endpoint.port}`;
}

/** A line for a POSIX shell that reads the first key a client may read, or lists keys. The token is put in single quotes. */
export function curlSnippet(baseUrl: string, grants: readonly string[], token: string): string {
  const read = grants.map((grant) => parseGrant(grant)).find((grant) => grant.kind === 'keys:read');
  const path =
    read !== undefined && 'provider' in read
      ? `/v1/keys/${read.provider}${read.label === null ? '' : `/${read.label}`}`
      : '/v1/keys';
  return `curl -s -H 'Authorization: Bearer ${token}' ${baseUrl}${path}`;
}
