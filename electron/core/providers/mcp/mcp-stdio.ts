import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import type { Clock } from '../../seams.ts';
import { legacyHandshake } from './mcp-legacy.ts';
import { discovered, type McpOutcome, MODERN_REVISION, modernRequest, object, toolsIn } from './mcp-outcome.ts';
import { McpProcess } from './mcp-process.ts';

/** A server that knows only the older handshake may leave the modern question unanswered. */
const DISCOVER_MS = 3_000;

export interface McpStdioOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** The credential's own variables. */
  readonly environment: ReadonlyMap<string, string>;
  readonly version: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Sends one modern question; undefined: no answer in time. */
function ask(
  server: McpProcess,
  id: string,
  method: 'server/discover' | 'tools/list',
  options: McpStdioOptions,
): Promise<unknown> {
  return new Promise((resolve) => {
    const callOff = options.clock.after(DISCOVER_MS, () => resolve(undefined));
    server.onmessage = (message: JSONRPCMessage) => {
      if (!('id' in message) || message.id !== id || 'method' in message) return;
      callOff();
      resolve(message);
    };
    void server.send(modernRequest(id, method, options.version));
  });
}

async function talk(server: McpProcess, options: McpStdioOptions): Promise<McpOutcome> {
  const answer = await ask(server, 'discover', 'server/discover', options);
  const modern = discovered(answer);
  if (modern !== null) {
    const offersTools = object(object(object(answer)?.['result'])?.['capabilities'])?.['tools'] !== undefined;
    const tools =
      offersTools && modern.protocol === MODERN_REVISION
        ? toolsIn(await ask(server, 'tools', 'tools/list', options))
        : null;
    return { kind: 'alive', server: { ...modern, tools } };
  }
  try {
    return { kind: 'alive', server: await legacyHandshake(server, options.version, options.signal) };
  } catch (error) {
    const { code } = error as { code?: unknown };
    return typeof code === 'number' && code < -32_001 ? { kind: 'refused', code } : { kind: 'not_mcp' };
  }
}

/**
 * Starts an MCP server, asks it who it is, in the modern way first, and ends it with everything it started. Never
 * rejects for what a server can do; after an abort the outcome means nothing.
 */
export async function askMcpStdio(options: McpStdioOptions): Promise<McpOutcome> {
  const server = new McpProcess(options.command, options.args, options.environment);
  const onAbort = () => server.kill();
  options.signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([talk(server, options), server.ended]);
  } finally {
    options.signal.removeEventListener('abort', onAbort);
    await server.close();
  }
}
