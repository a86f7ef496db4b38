import { z } from 'zod';
import { problemDetails, vaultErrors } from '../../../shared/http/answers.ts';
import { DEFAULT_LABEL, LABEL_PATTERN, PROVIDER_ID_PATTERN } from '../../../shared/reference.ts';
import { TOKEN_HEADERS } from './header-lists.ts';
import type { Access, ClientRoute, Route } from './route.ts';

type Json = Readonly<Record<string, unknown>>;

const PROBLEM = 'application/problem+json';
const ERRORS: Readonly<Record<number, string>> = {
  400: 'The request is not one that this path takes.',
  401: 'There is no token, or it is not known here.',
  403: 'A grant is missing, the owner said no, or the request looks as if a browser page had sent it.',
  404: 'There is no such key, or nothing at this path.',
  409: 'Something changed while the request waited.',
  413: 'The body is larger than this path takes, or than the owner allows.',
  421: '`Host` is not one of the endpoint’s own names.',
  423: 'The vault is locked. The owner unlocks it; nothing is queued.',
  429: 'Too many requests, for this client or for this key. `Retry-After` says how many seconds to wait.',
  500: 'The credential is damaged, or the audit log cannot be written.',
  501: 'This kind of credential cannot be used in this way.',
  502: 'The provider refused, or gave an answer that cannot be used.',
  504: 'The provider did not answer in time.',
};
const ERROR_CODES: Readonly<Record<number, string>> = {
  400: 'invalid_input',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'key_not_found',
  409: 'conflict',
  413: 'invalid_input',
  421: 'forbidden',
  423: 'vault_locked',
  429: 'rate_limited',
  500: 'internal',
  501: 'unsupported',
  502: 'provider_unavailable',
  504: 'validation_timeout',
};
const TAGS: Readonly<Record<Route['tag'], string>> = {
  endpoint: 'The endpoint itself.',
  keys: 'Keys in clear. Prefer the proxy: there a key never leaves Keyharbor.',
  usage: 'What keys were used for, and the limits on it.',
  proxy: 'Requests forwarded to a provider with the real key put in.',
  aws: 'The container credentials endpoint of AWS SDKs.',
  vault: 'A read subset of HashiCorp Vault, KV secrets engine version 2. Off until the owner switches it on.',
};

/**
 * OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1) of the routing table. Schemas are those that validate: they are
 * JSON Schema 2020-12, which is OpenAPI 3.1's own dialect.
 */
export function openApiDocument(routes: readonly Route[], version: string, hasProxy: boolean): Json {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method.toLowerCase()] = operation(route);
  if (hasProxy) paths['/proxy/{target}/{path}'] = proxyOperations();
  const used = new Set<string>([...routes.map(({ tag }) => tag), ...(hasProxy ? ['proxy'] : [])]);
  return {
    openapi: '3.1.1',
    info: {
      title: 'Keyharbor endpoint',
      version,
      summary: 'API keys for local tools, from one encrypted vault.',
      description:
        'Answers on 127.0.0.1 and on a socket only, and not to web pages. ' +
        'A client token is made with "keyharbor client add NAME --grant GRANT" and sent in one header.',
      license: { name: 'See the LICENSE file of the program', identifier: 'LicenseRef-Keyharbor' },
    },
    servers: [
      {
        url: 'http://127.0.0.1:{port}',
        description: 'The port is in run/endpoint.json of the home, and in "keyharbor endpoint".',
        variables: { port: { default: '7717' } },
      },
    ],
    tags: Object.entries(TAGS)
      .filter(([name]) => used.has(name))
      .map(([name, description]) => ({ name, description })),
    security: SECURITY,
    paths,
    components: {
      schemas: { Problem: jsonSchema(problemDetails), VaultErrors: jsonSchema(vaultErrors) },
      securitySchemes: securitySchemes(),
      headers: {
        RetryAfter: {
          description: 'Whole seconds (RFC 9110 section 10.2.3).',
          schema: { type: 'integer', minimum: 1 },
        },
      },
    },
  };
}

const OTHER_HEADERS = [...TOKEN_HEADERS].filter((name) => name !== 'authorization');
/** One of them, not several: two tokens in one request are refused. */
const SECURITY = [{ clientToken: [] }, ...OTHER_HEADERS.map((name) => ({ [schemeName(name)]: [] }))];

function schemeName(header: string): string {
  return header.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function securitySchemes(): Json {
  const others = OTHER_HEADERS.map((name): [string, Json] => [
    schemeName(name),
    { type: 'apiKey', in: 'header', name, description: 'The same token, where an SDK puts its provider’s key.' },
  ]);
  return {
    clientToken: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'kh_live_… or kh_test_…',
      description: 'A client token. Also taken after "Token" or "Bot", and without a scheme.',
    },
    ...Object.fromEntries(others),
  };
}

function operation(route: Route): Json {
  const parameters = [...pathParameters(route), ...queryParameters(route)];
  return {
    operationId: route.id,
    tags: [route.tag],
    summary: route.summary,
    ...descriptionOf(route),
    ...(route.access.kind === 'public' ? { security: [] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...requestBody(route),
    responses: { ...answersOf(route), ...errorsOf(route) },
  };
}

/** What the provider says passes as it is, in whatever type it has. */
const PROVIDERS = { '*/*': { schema: {}, example: {} } };
/** Statuses that no provider gives of this. */
const OURS_ALONE: ReadonlySet<number> = new Set([421, 423]);

const PROXY_METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete'] as const;

/** Its rules are its own (SECURITY-DESIGN.md section 7.1), so it is no row of the table. */
function proxyOperations(): Record<string, unknown> {
  const parameters = [
    {
      name: 'target',
      in: 'path',
      required: true,
      description: 'PROVIDER, or PROVIDER@LABEL.',
      schema: { type: 'string' },
      example: 'openai',
    },
    {
      name: 'path',
      in: 'path',
      required: true,
      description: 'Everything behind the provider’s base URL, slashes and query included, as its own SDK has it.',
      schema: { type: 'string' },
      example: 'chat/completions',
    },
  ];
  const statuses = [400, 401, 403, 404, 409, 413, 421, 423, 429, 500, 501, 502, 504];
  const problems = statuses.map((status): [string, Json] => {
    const ours = errorAnswer({ surface: 'problem' }, status);
    if (OURS_ALONE.has(status)) return [String(status), ours];
    const { description, content } = ours;
    return [
      String(status),
      {
        ...ours,
        description: `${String(description)} Or the provider’s own answer.`,
        content: { ...content, ...PROVIDERS },
      },
    ];
  });
  return Object.fromEntries(
    PROXY_METHODS.map((method) => [
      method,
      {
        operationId: `proxy${method.charAt(0).toUpperCase()}${method.slice(1)}`,
        tags: ['proxy'],
        summary: 'Forward a request with the real key put in',
        description:
          'Needs the grant `proxy:PROVIDER` or `proxy:PROVIDER/LABEL`; where it is missing the owner is asked. ' +
          'Give an official SDK `http://127.0.0.1:{port}/proxy/PROVIDER` as base URL and the client token as key.',
        parameters,
        responses: {
          default: {
            description: 'Status, headers that are passed on, and body as the provider gave them, streamed.',
            content: PROVIDERS,
          },
          ...Object.fromEntries(problems),
        },
      },
    ]),
  );
}

function descriptionOf({ description, access }: Route): Json {
  const grant = grantWords(access);
  const text = [description, grant].filter((part) => part !== undefined && part !== '').join(' ');
  return text === '' ? {} : { description: text };
}

function grantWords(access: Access): string {
  if (access.kind === 'public') return 'Needs no token.';
  if (access.kind === 'client') return 'Needs a client token; the answer holds what its grants name.';
  if (access.kind === 'grant') return `Needs the grant \`${access.grant}\`.`;
  const needed = `Needs the grant \`${access.grant}:PROVIDER\` or \`${access.grant}:PROVIDER/LABEL\``;
  return access.asks
    ? `${needed}; where it is missing the owner is asked and the answer waits for that.`
    : `${needed}.`;
}

function* pathParameters({ path }: Route): Generator<Json> {
  if (path.includes('{provider}')) {
    yield {
      name: 'provider',
      in: 'path',
      required: true,
      description: 'Id of the provider.',
      schema: { type: 'string', pattern: PROVIDER_ID_PATTERN.source },
      example: 'openai',
    };
  }
  if (path.includes('{label}')) {
    yield {
      name: 'label',
      in: 'path',
      required: true,
      description: 'Label of the credential.',
      schema: { type: 'string', pattern: LABEL_PATTERN.source },
      example: DEFAULT_LABEL,
    };
  }
}

function* queryParameters({ queries = [] }: Route): Generator<Json> {
  for (const { name, required, description, schema } of queries) {
    yield { name, in: 'query', required, description, schema: jsonSchema(schema) };
  }
}

function requestBody(route: Route): Json {
  const body = (route as ClientRoute).body;
  if (body === undefined) return {};
  const schema = jsonSchema(body.schema, 'input');
  return {
    requestBody: {
      required: true,
      description: 'JSON, at most 1 MiB.',
      content: { 'application/json': { schema, example: body.example } },
    },
  };
}

function answersOf(route: Route): Json {
  return Object.fromEntries(
    Object.entries(route.answers).map(([status, { description, type, schema, example, headers }]) => [
      status,
      {
        description,
        ...(headers === undefined ? {} : { headers: headersOf(headers) }),
        content: {
          [type]: {
            schema: schema === null ? { type: 'string' } : jsonSchema(schema),
            ...(example === undefined ? {} : { example }),
          },
        },
      },
    ]),
  );
}

function headersOf(headers: Readonly<Record<string, string>>): Json {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  );
}

/** What every route of its kind can say no with, and what this one adds. */
function errorsOf(route: Route): Json {
  const statuses = new Set<number>([400, 403, 421, ...(route.errors ?? [])]);
  if ((route as ClientRoute).body !== undefined) statuses.add(413);
  if (route.access.kind !== 'public') for (const status of [401, 423, 429]) statuses.add(status);
  if (route.access.kind === 'credential') statuses.add(404);
  return Object.fromEntries(
    [...statuses]
      .toSorted((a, b) => a - b)
      .map((status) => {
        // The guards stand before any route: they do not know whose words it speaks.
        return [String(status), errorAnswer(status === 421 ? { surface: 'problem' } : route, status)];
      }),
  );
}

function errorAnswer({ surface }: Pick<Route, 'surface'>, status: number): Json & { readonly content: Json } {
  const isVault = surface === 'vault';
  const retry = status === 429 ? { headers: { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } } } : {};
  const example = { type: 'about:blank', title: '', status, code: ERROR_CODES[status] ?? 'internal', hint: '' };
  return {
    description: ERRORS[status] ?? 'It failed.',
    ...retry,
    content: isVault
      ? { 'application/json': { schema: { $ref: '#/components/schemas/VaultErrors' }, example: { errors: [] } } }
      : { [PROBLEM]: { schema: { $ref: '#/components/schemas/Problem' }, example } },
  };
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output' = 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: 'draft-2020-12', io, unrepresentable: 'any' });
  return rest;
}
