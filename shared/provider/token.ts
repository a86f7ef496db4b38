import { z } from 'zod';
import { catalogueUrl, fieldName, httpsUrl, jsonPath, text } from './parts.ts';

/**
 * Where access tokens are got. In its templates public fields fill one path segment; with `field` the value of that
 * public field, one of its `options`, chooses. Such a kind has no base URL of its own: its secrets are this server's.
 */
const tokenUrl = z.union([
  catalogueUrl,
  z.strictObject({ field: fieldName, urls: z.record(z.string(), catalogueUrl) }),
]);
export type TokenUrl = z.output<typeof tokenUrl>;

const oauthClient = {
  tokenUrl,
  clientId: fieldName,
  clientSecret: fieldName,
  /** How the client says who it is (RFC 6749 section 2.3.1): in the body, or as HTTP Basic. */
  clientAuth: z.enum(['post', 'basic']).default('post'),
  /** Public field with scopes, with spaces between. */
  scopes: fieldName.optional(),
};

/**
 * How the primary value of a kind is got: a live access token, never typed in. `expiresAt` is the public field that
 * says until when it is good.
 */
export const token = z.discriminatedUnion('grant', [
  /** RFC 6749 section 6. The refresh token is given by the owner, or got by a sign-in in the browser. */
  z.strictObject({
    grant: z.literal('refresh_token'),
    expiresAt: fieldName,
    ...oauthClient,
    refreshToken: fieldName,
    /** Member of the answer that holds the tokens of a person, where they stand apart. */
    within: jsonPath.default(''),
    /** RFC 6749 section 4.1 with PKCE (RFC 7636) and a loopback redirect (RFC 8252 section 7.3). */
    signIn: z
      .strictObject({
        url: httpsUrl,
        parameters: z.record(z.string(), text).default({}),
        /** Name of the parameter that takes the scopes. */
        scopeParameter: z.string().default('scope'),
        /** Public field with the port of the redirect, where the provider wants it registered. */
        port: fieldName.optional(),
      })
      .optional(),
  }),
  /** RFC 6749 section 4.4. */
  z.strictObject({ grant: z.literal('client_credentials'), expiresAt: fieldName, ...oauthClient }),
  /** RFC 7523 as Google uses it: the whole JSON key of a service account. Its own token_uri is not followed. */
  z.strictObject({
    grant: z.literal('google_service_account'),
    expiresAt: fieldName,
    tokenUrl,
    key: fieldName,
    scopes: fieldName,
  }),
  /** A signed app token; where an installation is given, exchanged for one of it at `path` below the base URL. */
  z.strictObject({
    grant: z.literal('github_app'),
    expiresAt: fieldName,
    appId: fieldName,
    key: fieldName,
    installation: fieldName,
    path: z.string().regex(/^\//),
  }),
  /**
   * The MCP authorization specification: the server at `url` names its authorization server (RFC 9728), whose endpoints
   * are looked up there (RFC 8414). A client without `clientId` is registered at each sign-in (RFC 7591) and kept in
   * `registration`. Nothing goes to another host than that of `url` or `issuer`.
   */
  z.strictObject({
    grant: z.literal('mcp_oauth'),
    expiresAt: fieldName,
    url: fieldName,
    issuer: fieldName,
    clientId: fieldName,
    clientSecret: fieldName,
    scopes: fieldName,
    refreshToken: fieldName,
    registration: fieldName,
  }),
  /** Temporary AWS credentials from the STS that is the base URL; a role where one is given. */
  z.strictObject({
    grant: z.literal('aws_session'),
    expiresAt: fieldName,
    accessKeyId: fieldName,
    secretAccessKey: fieldName,
    region: fieldName,
    role: fieldName,
    /** Where the temporary ones are kept; the session token is the primary value. */
    sessionAccessKeyId: fieldName,
    sessionSecretAccessKey: fieldName,
  }),
]);
export type TokenDescriptor = z.output<typeof token>;
