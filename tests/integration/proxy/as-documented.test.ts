import { expect, test } from 'vitest';
import { z } from 'zod';
import { quotaDefinition } from '../../../shared/quotas.ts';
import { answeringServer, json } from '../../support/answering-server.ts';
import { credentialInput, startUnlockedApp } from '../../support/test-app.ts';
import { exchange, type RawAnswer } from '../endpoint/raw-http.ts';
import { SECRET } from './running-proxy.ts';

/** What /openapi.json says of answers, as far as it is looked at here. */
const document = z.looseObject({
  paths: z.record(
    z.string(),
    z.record(z.string(), z.looseObject({ responses: z.record(z.string(), z.looseObject({})) })),
  ),
  components: z.looseObject({ schemas: z.looseObject({ Problem: z.looseObject({}) }) }),
});

async function setUp() {
  const { url } = await answeringServer((response) => json(response, 400, { error: { message: 'not like that' } }));
  const { app } = await startUnlockedApp();
  const local = { baseUrl: url, local: true };
  const add = (input: Parameters<typeof credentialInput>[0]) => void app.credentials.add(credentialInput(input), 'cli');
  add({ provider: 'openai', fields: { api_key: SECRET }, ...local });
  add({ provider: 'aws', authKind: 'bedrock_api_key', fields: { api_key: SECRET, region: 'eu-central-1' } });
  add({ provider: 'email', fields: { username: 'a', password: SECRET, host: 'mail.example.com' } });
  const grants = ['proxy:openai', 'proxy:email', 'keys:read:aws', 'usage:write'];
  const input = { name: 'tool', grants, expiresInDays: 30, ratePerSecond: null, test: false };
  const { token } = app.clients.create(input, 'cli');
  const { port } = await app.endpoint.on({ port: 0, actor: 'cli' });
  const ask = (head: string, headers: readonly string[] = [], body = ''): Promise<RawAnswer> => {
    const host = headers.some((line) => line.startsWith('Host:')) ? [] : [`Host: 127.0.0.1:${port}`];
    const lines = [`${head} HTTP/1.1`, ...host, 'Connection: close', `Authorization: Bearer ${token}`, ...headers];
    const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
    return exchange({ port: port ?? 0 }, [...lines, ...length, '', body].join('\r\n'), true);
  };
  return { app, ask };
}

const PROXIED = '/proxy/{target}/{path}';
const TOO_LONG = 'x'.repeat(1024 * 1024 + 1);

test('refusals have a status, a type and members that /openapi.json tells of', async () => {
  const { app, ask } = await setUp();
  const api = document.parse(JSON.parse((await ask('GET /openapi.json')).body));
  const problem = z.fromJSONSchema(api.components.schemas.Problem);

  async function assertDocumented(wanted: number, path: string, asked: Promise<RawAnswer>): Promise<RawAnswer> {
    const answer = await asked;
    const { status, headers, body } = answer;
    expect(status).toBe(wanted);
    const [operation] = Object.values(api.paths[path] ?? {});
    const told = z.looseObject({ content: z.record(z.string(), z.unknown()) }).parse(operation?.responses[status]);
    const type = headers.get('content-type') ?? '';
    expect(type in told.content || '*/*' in told.content, `${path} ${status} ${type}`).toBe(true);
    if (type === 'application/problem+json') expect(problem.safeParse(JSON.parse(body)).error?.message).toBeUndefined();
    return answer;
  }

  await assertDocumented(501, PROXIED, ask('GET /proxy/email/x')); // not for HTTP
  await assertDocumented(501, '/v1/aws/credentials', ask('GET /v1/aws/credentials')); // no access key
  await assertDocumented(400, PROXIED, ask('GET /proxy/openai/../x'));
  await assertDocumented(400, PROXIED, ask('GET /proxy/openai/x')); // the provider's own words
  await assertDocumented(421, '/v1/aws/credentials', ask('GET /v1/aws/credentials', ['Host: host.docker.internal']));
  await assertDocumented(413, '/v1/usage', ask('POST /v1/usage', ['Content-Type: application/json'], TOO_LONG));
  const scope = { kind: 'all' } as const;
  const period = { every: 'month' } as const;
  const definition = quotaDefinition.parse({ name: 'None', counts: 'requests', scope, period, limit: 0 });
  app.quotas.set({ definition }, 'cli');
  const { body } = await assertDocumented(429, PROXIED, ask('POST /proxy/openai/x'));
  expect(JSON.parse(body)).toMatchObject({ quota: { name: 'None', limit: 0 }, error: { code: 'quota_exceeded' } });
});
