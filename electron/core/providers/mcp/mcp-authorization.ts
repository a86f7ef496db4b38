import type { AuthorizationServer } from 'oauth4webapi';
import { z } from 'zod';
import { normaliseBaseUrl } from '../base-url.ts';
import { exchange } from '../http/http-exchange.ts';
import type { Verdict } from '../http/interpret.ts';
import { failedExchange, TOKEN_STEP } from '../tokens/token-failure.ts';
import type { TokenOptions, TokenSubject } from '../tokens/token-subject.ts';

/**
 * Who gives tokens for an MCP server (MCP specification, "Authorization"): the server says it (RFC 9728), and that one's
 * own metadata names its endpoints (RFC 8414). Only metadata is asked for here, and nothing secret is sent.
 */
export type McpAuthorization =
  | {
      readonly kind: 'found';
      readonly server: AuthorizationServer & { readonly authorization_endpoint: string };
      /** What the tokens are for (RFC 8707). */
      readonly resource: string;
      /** All that the server has, with spaces between; empty where it does not say. */
      readonly scopes: string;
    }
  /** Another host than the owner agreed to. It was not asked anything. */
  | { readonly kind: 'unconfirmed'; readonly issuer: string }
  | { readonly kind: 'failed'; readonly verdict: Verdict };

const resourceMetadata = z.object({
  resource: z.string().max(2048),
  authorization_servers: z.array(z.string().max(2048)).min(1).optional(),
  scopes_supported: z.array(z.string().max(256)).max(100).optional(),
});
type ResourceMetadata = z.output<typeof resourceMetadata>;

const serverMetadata = z.object({
  issuer: z.string().max(2048),
  authorization_endpoint: z.url().max(2048),
  token_endpoint: z.url().max(2048),
  registration_endpoint: z.url().max(2048).optional(),
  code_challenge_methods_supported: z.array(z.string()).optional(),
  token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
  authorization_response_iss_parameter_supported: z.boolean().optional(),
});

const RESOURCE = '/.well-known/oauth-protected-resource'; // RFC 9728 section 3.1
const SERVER = '/.well-known/oauth-authorization-server'; // RFC 8414 section 3.1
/** Does nothing on a server that lets anybody in. */
const PING = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
const OPENID = '/.well-known/openid-configuration';

export interface McpPlace {
  readonly provider: TokenSubject['provider'];
  readonly url: string;
  /** The authorization server that the owner agreed to; empty: one on the host of `url`. */
  readonly issuer: string;
  readonly local: boolean;
}

type Answer = { readonly json: unknown } | { readonly failed: Verdict };

const bare = (text: string): string => text.replace(/\/+$/, '');

/** Well-known paths go between host and path, and an empty path adds nothing. */
function wellKnown(url: string, name: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${name}${bare(pathname)}`;
}

function isUnder(url: string, resource: string): boolean {
  const [asked, named] = [URL.parse(url), URL.parse(resource)];
  if (asked === null || named === null || asked.origin !== named.origin) return false;
  const path = `${bare(named.pathname)}/`;
  return `${bare(asked.pathname)}/`.startsWith(path);
}

/** As the owner's own would be read; null where it may not be asked at all. */
function normalised(issuer: string, local: boolean): string | null {
  try {
    return normaliseBaseUrl(issuer, local, 'Authorization server');
  } catch {
    return null;
  }
}

function refused(detail: string, hint: string): McpAuthorization {
  const verdict: Verdict = { result: 'provider_unavailable', latencyMs: null, detail, hint, facts: [TOKEN_STEP] };
  return { kind: 'failed', verdict };
}

/** The first of `urls` that answers with a document; null where none is there. */
async function firstDocument(place: McpPlace, urls: readonly string[], options: TokenOptions): Promise<Answer | null> {
  for (const url of new Set(urls)) {
    const outcome = await exchange(
      {
        method: 'GET',
        url: new URL(url),
        headers: new Map([
          ['accept', 'application/json'],
          ['user-agent', options.userAgent],
        ]),
        body: null,
      },
      { policy: place.local ? 'local' : 'public', way: options.way, clock: options.clock, signal: options.signal },
    );
    if (outcome.kind !== 'answer' || outcome.status >= 500 || outcome.status === 429) {
      return { failed: failedExchange(place.provider, outcome) };
    }
    if (outcome.status !== 200) continue;
    try {
      return { json: JSON.parse(outcome.text) };
    } catch {
      // A page of the server for whatever is not there.
    }
  }
  return null;
}

/**
 * Where the server says that its metadata lie (RFC 9728 section 5.1), as the MCP specification wants it: asked for without
 * a token, it refuses and names the place. One on another host is not asked: the owner agreed to this one. null: it does
 * not say.
 */
async function toldResource(place: McpPlace, options: TokenOptions): Promise<string | null> {
  const outcome = await exchange(
    {
      method: 'POST',
      url: new URL(place.url),
      headers: new Map([
        ['accept', 'application/json, text/event-stream'],
        ['content-type', 'application/json'],
        ['user-agent', options.userAgent],
      ]),
      body: PING,
    },
    { policy: place.local ? 'local' : 'public', way: options.way, clock: options.clock, signal: options.signal },
  );
  if (outcome.kind !== 'answer' || outcome.status !== 401) return null;
  const asks = outcome.headers.get('www-authenticate') ?? '';
  const told = URL.parse(/[\s,]resource_metadata\s*=\s*"?([^"\s,]{1,2048})/i.exec(asks)?.[1] ?? '');
  return told !== null && told.origin === new URL(place.url).origin ? told.href : null;
}

/** Servers of before RFC 9728 are their own authorization server (MCP revision 2025-03-26). */
async function readResource(place: McpPlace, options: TokenOptions): Promise<ResourceMetadata | McpAuthorization> {
  const { origin } = new URL(place.url);
  const told = await toldResource(place, options);
  const usual = [wellKnown(place.url, RESOURCE), `${origin}${RESOURCE}`];
  const answer = await firstDocument(place, told === null ? usual : [told, ...usual], options);
  if (answer === null) return { resource: place.url };
  if ('failed' in answer) return { kind: 'failed', verdict: answer.failed };
  const parsed = resourceMetadata.safeParse(answer.json);
  if (parsed.success && isUnder(place.url, parsed.data.resource)) return parsed.data;
  return refused(
    'What this server says about its sign-in cannot be used: it is malformed, or for another server.',
    'Check the URL; the server has to name itself in its metadata.',
  );
}

async function readServer(place: McpPlace, issuer: string, options: TokenOptions) {
  const { origin } = new URL(issuer);
  const urls = [wellKnown(issuer, SERVER), wellKnown(issuer, OPENID), `${bare(issuer)}${OPENID}`];
  const answer = await firstDocument(place, urls, options);
  if (answer === null) {
    return refused(
      `${origin} says nowhere how to sign in. Nothing was sent.`,
      'Where the server takes a static token, add it as the kind with a bearer token.',
    );
  }
  if ('failed' in answer) return { kind: 'failed', verdict: answer.failed } as const;
  const parsed = serverMetadata.safeParse(answer.json);
  const metadata = parsed.data;
  // RFC 8414 section 3.3; the owner agreed to this one host, so nothing goes to another.
  const isItsOwn = metadata !== undefined && bare(metadata.issuer) === bare(issuer);
  const endpoints = [metadata?.token_endpoint, metadata?.registration_endpoint].filter((each) => each !== undefined);
  if (!isItsOwn || endpoints.some((endpoint) => new URL(endpoint).origin !== origin)) {
    return refused(
      `What ${origin} says about its sign-in cannot be used: it is malformed, or names other hosts. Nothing was sent.`,
      'Where the server takes a static token, add it as the kind with a bearer token.',
    );
  }
  if (!metadata.code_challenge_methods_supported?.includes('S256')) {
    return refused(`${origin} has no sign-in with PKCE (S256). Nothing was sent.`, 'Ask who runs it.');
  }
  const page = new URL(metadata.authorization_endpoint);
  if (page.protocol !== 'https:' && !(place.local && page.origin === origin)) {
    return refused(`${origin} names a sign-in page without encryption. Nothing was sent.`, 'Ask who runs it.');
  }
  return metadata;
}

/** Rejects only with the reason of `options.signal`. */
export async function findMcpAuthorization(place: McpPlace, options: TokenOptions): Promise<McpAuthorization> {
  const resource = await readResource(place, options);
  if ('kind' in resource) return resource;
  const { origin } = new URL(place.url);
  const named = (resource.authorization_servers ?? [origin]).map((issuer) => ({
    issuer,
    place: normalised(issuer, place.local),
  }));
  const agreed = named.find((each) =>
    place.issuer === ''
      ? each.place !== null && new URL(each.place).origin === origin
      : each.place === bare(place.issuer),
  );
  if (agreed === undefined) {
    const other = named.find((each) => each.place !== null)?.place;
    if (other != null) return { kind: 'unconfirmed', issuer: other };
    return refused(
      'This server names an authorization server where nothing may be sent.',
      'A server on this computer or network needs “local”.',
    );
  }
  const metadata = await readServer(place, agreed.issuer, options);
  if ('kind' in metadata) return metadata;
  const { registration_endpoint: registration, ...rest } = metadata;
  const server = {
    issuer: rest.issuer,
    authorization_endpoint: rest.authorization_endpoint,
    token_endpoint: rest.token_endpoint,
    ...(registration === undefined ? {} : { registration_endpoint: registration }),
    ...(rest.authorization_response_iss_parameter_supported === true
      ? { authorization_response_iss_parameter_supported: true }
      : {}),
  };
  return { kind: 'found', server, resource: resource.resource, scopes: (resource.scopes_supported ?? []).join(' ') };
}
