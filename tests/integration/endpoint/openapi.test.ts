import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type RawAnswer, ask } from './raw-http.ts';
import { bearer, makeSetting, type Setting, tokenFor } from './running-endpoint.ts';

/** The document as a client gets it: without a token, over the wire. */
const document = z.looseObject({
  openapi: z.string(),
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.looseObject({
        operationId: z.string(),
        security: z.array(z.unknown()).optional(),
        requestBody: z.looseObject({}).optional(),
        responses: z.record(z.string(), z.looseObject({ content: z.record(z.string(), z.looseObject({})).optional() })),
      }),
    ),
  ),
});
type Document = z.output<typeof document>;

let setting: Setting;
let port: number;
let answer: RawAnswer;
let api: Document;

beforeAll(async () => {
  setting = makeSetting();
  port = (await setting.endpoint.on({ port: 0, actor: 'cli' })).port ?? 0;
  answer = await ask({ port }, '/openapi.json');
  api = document.parse(JSON.parse(answer.body));
});
afterAll(() => setting.close());

test('it is OpenAPI 3.1 in the eyes of a validator', async () => {
  expect(answer.status).toBe(200);
  const validator = new Validator();
  const found = await validator.validate(JSON.parse(answer.body) as Record<string, unknown>);
  expect(found.errors ?? []).toEqual([]);
  expect([found.valid, validator.version]).toEqual([true, '3.1']);
  expect(() => validator.resolveRefs()).not.toThrow();
});

test('every operation has an id of its own, errors as problem details and an example for each answer', () => {
  const ids: string[] = [];
  for (const operations of Object.values(api.paths)) {
    for (const { operationId, responses } of Object.values(operations)) {
      ids.push(operationId);
      for (const [status, { content = {} }] of Object.entries(responses)) {
        const [type = '', media = {}] = Object.entries(content)[0] ?? [];
        if (operationId !== 'getOpenApi') expect(media, `${operationId} ${status}`).toHaveProperty('example');
        if (Number(status) >= 400 && !operationId.startsWith('vault')) expect(type).toBe('application/problem+json');
      }
    }
  }
  expect(new Set(ids).size).toBe(ids.length);
});

test('each example fits the schema that it stands beside', () => {
  for (const [path, operations] of Object.entries(api.paths)) {
    for (const { responses, requestBody } of Object.values(operations)) {
      for (const content of [requestBody, ...Object.values(responses)].map((each) => each?.['content'])) {
        for (const media of Object.values((content ?? {}) as Record<string, Record<string, unknown>>)) {
          const { schema, example } = media;
          if (example === undefined || (schema as { $ref?: string }).$ref !== undefined) continue;
          const parsed = z.fromJSONSchema(schema as z.core.JSONSchema.JSONSchema).safeParse(example);
          expect(parsed.success, `${path}: ${parsed.error?.message}`).toBe(true);
        }
      }
    }
  }
});

test('what it lists is there, and takes no other method', async () => {
  const token = tokenFor(setting, ['keys:list', 'keys:read:openai', 'metrics:read', 'usage:read', 'usage:write']);
  for (const [path, operations] of Object.entries(api.paths)) {
    if (path.startsWith('/proxy/')) continue;
    const target = path.replace('{provider}', 'openai').replace('{label}', 'default');
    const query = target.startsWith('/v1/secret/metadata') && !target.endsWith('/default') ? '?list=true' : '';
    const other = await ask({ port }, target + query, bearer(token), 'PATCH');
    const allowed = Object.keys(operations).map((method) => method.toUpperCase());
    expect([path, other.status]).toEqual([path, 405]);
    for (const method of allowed) expect(other.headers.get('allow')).toContain(method);
  }
});

test('it needs no token, but the guards stand before it', async () => {
  expect((await ask({ port }, '/openapi.json', [['Origin', 'https://evil.example']])).status).toBe(403);
  expect((await ask({ port }, '/openapi.json?x=1', bearer(tokenFor(setting, ['keys:list'])))).status).toBe(404);
  expect(api.paths['/openapi.json']?.['get']?.security).toEqual([]);
});
