import type { TlsProblem } from '../../net/unreachable.ts';
import type { NoAnswer } from '../../net/way-out.ts';

/**
 * Revision 2026-07-28 of the protocol took away the handshake, sessions and ping: such a server is `modern` and is
 * asked `server/discover`. One of the revisions before is `legacy`: initialize, then ping.
 */
export type McpEra = 'modern' | 'legacy';

export interface McpServer {
  readonly era: McpEra;
  /** The revision that is spoken, or the ones that the server knows. */
  readonly protocol: string;
  readonly name: string | null;
  readonly version: string | null;
  /** null: it offers none, or was not asked. */
  readonly tools: { readonly count: number; readonly more: boolean } | null;
}

/** How asking an MCP server went, before it is put into words. */
export type McpOutcome =
  | { readonly kind: 'alive'; readonly server: McpServer }
  /** An HTTP status that is none of the protocol's. */
  | { readonly kind: 'status'; readonly status: number; readonly headers: ReadonlyMap<string, string> }
  | { readonly kind: 'redirect'; readonly status: number }
  /** Something answers, but not as an MCP server. */
  | { readonly kind: 'not_mcp' }
  /** It speaks MCP and refuses the handshake; `code` is JSON-RPC's. */
  | { readonly kind: 'refused'; readonly code: number }
  /** `tls`: of a `certificate`. */
  | { readonly kind: 'unreachable'; readonly why: NoAnswer; readonly tls?: TlsProblem }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'not_started'; readonly why: 'not_found' | 'not_allowed' | 'other' }
  | { readonly kind: 'ended'; readonly code: number | null };

export const MODERN_REVISION = '2026-07-28';
/** JSON-RPC errors that only a modern server gives. */
export const UNSUPPORTED_REVISION = -32022;
export const MALFORMED_FOR_MODERN = [-32020, -32021];

export type JsonObject = Readonly<Record<string, unknown>>;

export function object(value: unknown): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null);

export function modernRequest(id: string, method: 'server/discover' | 'tools/list', version: string) {
  return {
    jsonrpc: '2.0' as const,
    id,
    method,
    params: {
      _meta: {
        'io.modelcontextprotocol/protocolVersion': MODERN_REVISION,
        'io.modelcontextprotocol/clientInfo': { name: 'Keyharbor', version },
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    },
  };
}

/**
 * What the answer to server/discover says: a modern server, or null where the older handshake has to be tried.
 * @param answer - the whole JSON-RPC message.
 */
export function discovered(answer: unknown): McpServer | null {
  const { result, error } = object(answer) ?? {};
  const found = object(result);
  if (found !== null && Array.isArray(found['supportedVersions'])) {
    const revisions = found['supportedVersions'].filter((each) => typeof each === 'string');
    // One that knows only older revisions is asked in their way.
    if (!revisions.some((each) => each >= MODERN_REVISION)) return null;
    const info = object(object(found['_meta'])?.['io.modelcontextprotocol/serverInfo']);
    return {
      era: 'modern',
      protocol: revisions.includes(MODERN_REVISION) ? MODERN_REVISION : revisions.join(', '),
      name: text(info?.['name']),
      version: text(info?.['version']),
      tools: null,
    };
  }
  const failure = object(error);
  if (failure?.['code'] !== UNSUPPORTED_REVISION) return null;
  const supported = object(failure['data'])?.['supported'];
  const revisions = Array.isArray(supported) ? supported.filter((each) => typeof each === 'string') : [];
  if (revisions.length > 0 && !revisions.some((each) => each >= MODERN_REVISION)) return null;
  return {
    era: 'modern',
    protocol: revisions.join(', ') || 'another revision',
    name: null,
    version: null,
    tools: null,
  };
}

/** How many tools the answer to tools/list holds. */
export function toolsIn(answer: unknown): McpServer['tools'] {
  const result = object(object(answer)?.['result']);
  const tools = result?.['tools'];
  return Array.isArray(tools) ? { count: tools.length, more: typeof result?.['nextCursor'] === 'string' } : null;
}
