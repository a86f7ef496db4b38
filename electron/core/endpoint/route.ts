import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';
import type { VerifiedClient } from './clients.ts';

/** One row of the routing table: dispatch, 405 and the OpenAPI document are made from it. */
export type RouteMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** The only names that a path may hold in braces. A route without one has its `fixed` value, or `default` as label. */
export interface Params {
  readonly provider: string;
  readonly label: string;
}

/**
 * Who may. `public`: anybody behind the guards. `client`: any client, the answer shows what it may see. `grant`: one
 * that stands for itself. `credential`: a grant on what the path names; where it is missing the owner is asked, or
 * with `asks` false the answer is no.
 */
export type Access =
  | { readonly kind: 'public' }
  | { readonly kind: 'client' }
  | { readonly kind: 'grant'; readonly grant: 'keys:list' | 'usage:read' | 'usage:write' | 'metrics:read' }
  | { readonly kind: 'credential'; readonly grant: 'keys:read'; readonly asks: boolean };

/** How errors are told: RFC 9457, or as HashiCorp Vault does. */
export type Surface = 'problem' | 'vault';

export interface AnswerDescription {
  readonly description: string;
  readonly type: string;
  readonly schema: z.ZodType | null;
  readonly example: unknown;
  /** Header names with what they say, beside those that every answer has. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that came through to its route. */
export interface Asked {
  readonly params: Params;
  /** The query behind the question mark as it came, checked against the route's `queries`; empty: none. */
  readonly query: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export interface ClientAsked extends Asked {
  readonly client: VerifiedClient;
  /** Whether a grant of its token covers what the path names; where not, the gate decides. */
  readonly granted: boolean;
  /** What was in the body, as `body` of the route parsed it. */
  readonly body: unknown;
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
}

interface RouteWords {
  readonly id: string;
  readonly tag: 'endpoint' | 'keys' | 'usage' | 'proxy' | 'aws' | 'vault';
  readonly summary: string;
  readonly description?: string;
  readonly answers: Readonly<Record<number, AnswerDescription>>;
  /** Statuses told as errors besides those that follow from `access`. */
  readonly errors?: readonly number[];
}

interface RouteShape extends RouteWords {
  readonly method: RouteMethod;
  /** `/v1/keys/{provider}`: whole segments only. */
  readonly path: string;
  readonly surface?: Surface;
  /** Where the path names no provider. */
  readonly fixed?: { readonly provider: string };
  /** All queries that this path takes, as patterns of the whole query; without it a query is another path. */
  readonly queries?: readonly QueryDescription[];
}

export interface QueryDescription {
  readonly name: string;
  readonly value: RegExp;
  readonly required: boolean;
  readonly description: string;
  readonly schema: z.ZodType;
}

export interface PublicRoute extends RouteShape {
  readonly access: Extract<Access, { kind: 'public' }>;
  readonly handle: (asked: Asked) => void;
}

export interface ClientRoute extends RouteShape {
  readonly access: Exclude<Access, { kind: 'public' }>;
  /** Of a JSON body; without it the route takes none. */
  readonly body?: { readonly schema: z.ZodType; readonly example: unknown };
  readonly handle: (asked: ClientAsked) => void | Promise<void>;
}

export type Route = PublicRoute | ClientRoute;
