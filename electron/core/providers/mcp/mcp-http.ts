import { ForbiddenAddress } from '../../net/address-rules.ts';
import { type GuardedFetch, guardedFetch, Redirected } from '../../net/guarded-fetch.ts';
import { noAnswer, type Target, type WayOut } from '../../net/way-out.ts';
import { legacyHandshake } from './mcp-legacy.ts';
import {
  discovered,
  MALFORMED_FOR_MODERN,
  type McpOutcome,
  type McpServer,
  MODERN_REVISION,
  modernRequest,
  object,
  toolsIn,
} from './mcp-outcome.ts';

export interface McpHttpOptions {
  readonly url: string;
  readonly local: boolean;
  /** How the credential is sent: with each request. */
  readonly headers: ReadonlyMap<string, string>;
  readonly version: string;
  readonly way: WayOut;
  readonly signal: AbortSignal;
}

/** A status that ends the check: what comes after it would say the same. */
class StoppedAt extends Error {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;

  constructor(response: Response) {
    super('stopped');
    this.status = response.status;
    this.headers = new Map(response.headers);
  }
}

function isFinal(status: number): boolean {
  return status === 401 || status === 402 || status === 403 || status === 408 || status === 429 || status >= 500;
}

/** The JSON-RPC answer with this id, from a JSON body or an event stream (WHATWG server-sent events). */
async function readAnswer(response: Response, id: string): Promise<unknown> {
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
  if (!isStream || response.body === null) return parse(await response.text());
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body as ReadableStream<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    const events = text.split(/\r?\n\r?\n/);
    text = events.pop() ?? '';
    for (const event of events) {
      const lines = event.split(/\r?\n/).filter((line) => line.startsWith('data:'));
      const message = parse(lines.map((line) => line.slice(5).trimStart()).join('\n'));
      if (object(message)?.['id'] === id) return message; // leaving the loop closes the stream
    }
  }
  return undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Asks in the modern way. null: not a modern server. @throws StoppedAt, Redirected, network errors. */
async function askModern(options: McpHttpOptions, { fetch }: GuardedFetch): Promise<McpServer | 'malformed' | null> {
  const ask = async (id: string, method: 'server/discover' | 'tools/list') => {
    const response = await fetch(options.url, {
      method: 'POST',
      headers: {
        ...Object.fromEntries(options.headers),
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': MODERN_REVISION,
        'mcp-method': method,
      },
      body: JSON.stringify(modernRequest(id, method, options.version)),
      signal: options.signal,
    });
    return readAnswer(response, id);
  };
  const answer = await ask('discover', 'server/discover');
  const code = object(object(answer)?.['error'])?.['code'];
  if (typeof code === 'number' && MALFORMED_FOR_MODERN.includes(code)) return 'malformed';
  const server = discovered(answer);
  if (server?.protocol !== MODERN_REVISION) return server;
  const offersTools = object(object(object(answer)?.['result'])?.['capabilities'])?.['tools'] !== undefined;
  return offersTools ? { ...server, tools: toolsIn(await ask('tools', 'tools/list')) } : server;
}

async function askLegacy(options: McpHttpOptions, { fetch }: GuardedFetch): Promise<McpServer> {
  const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js');
  const transport = new StreamableHTTPClientTransport(new URL(options.url), {
    requestInit: { headers: Object.fromEntries(options.headers) },
    // The stream of a server's own messages is not wanted.
    fetch: (url, init) =>
      init?.method === 'GET' ? Promise.resolve(new Response(null, { status: 405 })) : fetch(url, init),
  });
  try {
    return await legacyHandshake(transport, options.version, options.signal);
  } finally {
    await transport.terminateSession().catch(() => undefined);
    await transport.close();
  }
}

/** The last status is kept, because the SDK's errors do not all tell it. */
function watched(guarded: GuardedFetch, seen: { last: Response | null }): GuardedFetch {
  return {
    close: () => guarded.close(),
    fetch: async (url, init) => {
      const response = await guarded.fetch(url, init);
      if (init?.method !== 'DELETE') seen.last = response;
      if (isFinal(response.status) && init?.method !== 'DELETE') {
        await response.body?.cancel();
        throw new StoppedAt(response);
      }
      return response;
    },
  };
}

function outcomeOf(
  error: unknown,
  last: Response | null,
  noAnswerFor: (cause: unknown) => ReturnType<typeof noAnswer>,
): McpOutcome {
  if (error instanceof StoppedAt) return { kind: 'status', status: error.status, headers: error.headers };
  if (error instanceof Redirected) return { kind: 'redirect', status: error.status };
  if (error instanceof ForbiddenAddress) return { kind: 'unreachable', why: 'address' };
  const { cause, code } = error as { cause?: unknown; code?: unknown };
  if (cause !== undefined || last === null) {
    return noAnswerFor(cause ?? error);
  }
  if (last.status >= 400) return { kind: 'status', status: last.status, headers: new Map(last.headers) };
  // A code of JSON-RPC; what the SDK makes up itself is not one.
  return typeof code === 'number' && code <= -32_000 && code !== -32_000 && code !== -32_001
    ? { kind: 'refused', code }
    : { kind: 'not_mcp' };
}

/**
 * Asks an MCP server over Streamable HTTP who it is, in the modern way first. No redirect is followed, no `Origin` is
 * sent. Never rejects for what a server can do; after an abort the outcome means nothing.
 */
export async function askMcpHttp(options: McpHttpOptions): Promise<McpOutcome> {
  const seen: { last: Response | null } = { last: null };
  const target: Target = { url: new URL(options.url), policy: options.local ? 'local' : 'public' };
  const guarded = await guardedFetch(target, options.way);
  // Cuts what the SDK has open without our signal, and lets it send no goodbye: the key goes nowhere after a lock.
  const cut = () => void guarded.close();
  options.signal.addEventListener('abort', cut, { once: true });
  try {
    options.signal.throwIfAborted();
    const connection = watched(guarded, seen);
    const modern = await askModern(options, connection);
    if (modern === 'malformed') return { kind: 'not_mcp' };
    return { kind: 'alive', server: modern ?? (await askLegacy(options, connection)) };
  } catch (error) {
    return outcomeOf(error, seen.last, (cause) => noAnswer(cause, target, options.way));
  } finally {
    options.signal.removeEventListener('abort', cut);
    await guarded.close();
  }
}
