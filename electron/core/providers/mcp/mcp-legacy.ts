import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { CHECK_TIMEOUT_MS } from '../http/http-exchange.ts';
import type { McpServer } from './mcp-outcome.ts';

/** Nothing that a server describes is run or compiled: its schemas are taken as they are. */
const NO_VALIDATION = {
  getValidator: () => (data: unknown) => ({ valid: true as const, data: data as never, errorMessage: undefined }),
};

/**
 * The handshake of revision 2025-11-25 and before, through the official SDK: initialize, ping, and the list of tools
 * where the server offers any. The caller closes the transport. Rejects as the SDK does.
 */
export async function legacyHandshake(
  transport: Transport & { readonly protocolVersion?: string | undefined },
  version: string,
  signal: AbortSignal,
): Promise<McpServer> {
  const [{ Client }, { ListToolsResultSchema }] = await Promise.all([
    import('@modelcontextprotocol/sdk/client/index.js'),
    import('@modelcontextprotocol/sdk/types.js'),
  ]);
  const client = new Client({ name: 'Keyharbor', version }, { capabilities: {}, jsonSchemaValidator: NO_VALIDATION });
  const options = { signal, timeout: CHECK_TIMEOUT_MS };
  await client.connect(transport, options);
  await client.ping(options);
  const info = client.getServerVersion();
  const offersTools = client.getServerCapabilities()?.tools !== undefined;
  const listed = offersTools ? await client.request({ method: 'tools/list' }, ListToolsResultSchema, options) : null;
  return {
    era: 'legacy',
    protocol: transport.protocolVersion ?? '',
    name: info?.name ?? null,
    version: info?.version ?? null,
    tools: listed === null ? null : { count: listed.tools.length, more: listed.nextCursor !== undefined },
  };
}
