import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export interface StandIn {
  /** `http://127.0.0.1:PORT`, what a local credential has as its base URL. */
  readonly url: string;
  readonly requests: readonly { readonly path: string; readonly authorization: string }[];
  /** What the next requests get: a valid answer, a case of the samples, or nothing at all. */
  answerWith(mode: Mode): void;
  close(): Promise<void>;
}

type Mode = 'valid' | 'silent' | { readonly sample: 'openai' | 'anthropic'; readonly case: string };

interface Case {
  readonly name: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

const VALID: Readonly<Record<string, unknown>> = {
  '/models': { object: 'list', data: [{ id: 'gpt-fake', object: 'model' }] },
  '/v1/models': { data: [{ id: 'claude-fake', type: 'model' }], has_more: false },
  '/user': { login: 'octo-fake', id: 1, type: 'User' },
};

function sampleCase(sample: string, name: string): Case {
  const file = join(import.meta.dirname, `../fixtures/samples/${sample}_errors.json`);
  const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: readonly Case[] };
  const found = cases.find((entry) => entry.name === name);
  if (found === undefined) throw new Error(`no sample ${sample} ${name}`);
  return found;
}

/** A provider on loopback that answers as OpenAI, Anthropic and GitHub do; credentials reach it as local ones. */
export async function startStandIn(): Promise<StandIn> {
  const requests: { path: string; authorization: string }[] = [];
  let mode: Mode = 'valid';
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const key = request.headers.authorization ?? request.headers['x-api-key'];
    requests.push({ path, authorization: String(key) });
    if (mode === 'silent') return;
    const { status, headers, body } =
      mode === 'valid'
        ? { status: path in VALID ? 200 : 404, headers: {}, body: VALID[path] ?? {} }
        : sampleCase(mode.sample, mode.case);
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    answerWith: (next) => {
      mode = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
