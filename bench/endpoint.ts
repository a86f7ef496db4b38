import { execFile, spawn } from 'node:child_process';
import { request } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Pool } from 'undici';
import { RunningAgent } from './running-agent.ts';

/**
 * `GET /v1/keys/openai` over TCP with keep-alive and 1,000 credentials in the vault, beside a bare node:http server
 * that answers the same bytes. Both run all the time and are asked in turns, so that a busy machine slows both.
 * Loopback only; about 20 s.
 */
const CREDENTIALS = 1000;
const CONNECTIONS = 16;
const ROUNDS = 5;
const ROUND_SECONDS = 2;
export const GOAL = 0.4;

interface Load {
  readonly perSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
}

export interface EndpointFigures {
  readonly tool: 'wrk' | 'undici loop';
  readonly endpoint: Load;
  readonly bare: Load;
  /** Requests a second of the endpoint over those of the bare server. */
  readonly ratio: number;
}

export async function measureEndpoint(): Promise<EndpointFigures> {
  const agent = await RunningAgent.start();
  try {
    const key = ['sk', 'proj', 'k'.repeat(48)].join('-');
    await agent.ask('credentials.add', { provider: 'openai', fields: { api_key: key } });
    for (let n = 1; n < CREDENTIALS; n += 1) {
      await agent.ask('credentials.add', {
        provider: 'openai',
        label: `bench-${n}`,
        fields: { api_key: `${key}${n}` },
      });
    }
    const { token } = await agent.ask('clients.create', {
      name: 'bench',
      grants: ['keys:read:openai'],
      ratePerSecond: null,
    });
    const { port } = await agent.ask('endpoint.on', { port: 0 });
    const url = `http://127.0.0.1:${port}/v1/keys/openai`;
    const answer = await getOnce(url, token);
    if (answer.status !== 200) throw new Error(`the endpoint answers ${answer.status}`);
    return await inTurns(url, token, answer);
  } finally {
    await agent.stop();
  }
}

async function inTurns(url: string, token: string, answer: Answer): Promise<EndpointFigures> {
  const bare = spawn(process.execPath, ['-e', BARE_SERVER], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    bare.stdin.end(JSON.stringify(answer));
    let bareUrl = '';
    for await (const port of createInterface(bare.stdout)) {
      bareUrl = `http://127.0.0.1:${port}/v1/keys/openai`;
      break;
    }
    const tool = (await hasWrk()) ? 'wrk' : 'undici loop';
    const load = tool === 'wrk' ? wrk : undiciLoop;
    await load(url, token); // both warm up
    await load(bareUrl, token);
    const endpoints: Load[] = [];
    const bares: Load[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      endpoints.push(await load(url, token));
      bares.push(await load(bareUrl, token));
    }
    const ratios = endpoints.map((load, round) => load.perSecond / (bares[round]?.perSecond ?? Number.NaN));
    return { tool, endpoint: middle(endpoints), bare: middle(bares), ratio: median(ratios) };
  } finally {
    bare.kill('SIGKILL');
  }
}

interface Answer {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string;
}

/** The least that node:http needs to give the same answer: it looks at nothing. */
const BARE_SERVER = `
  let given = '';
  process.stdin.on('data', (chunk) => (given += chunk)).on('end', () => {
    const { status, headers, body } = JSON.parse(given);
    const bytes = Buffer.from(body);
    const server = require('node:http').createServer((request, response) => {
      response.writeHead(status, headers);
      response.end(bytes);
    });
    server.listen(0, '127.0.0.1', () => console.log(server.address().port));
  });
`;
/** Node writes these by itself on both sides. */
const BY_NODE = new Set(['date', 'connection', 'keep-alive']);

function getOnce(url: string, token: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers: { authorization: `Bearer ${token}` } }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => {
        body += chunk.toString('utf8');
      });
      response.on('end', () => {
        const raw = response.rawHeaders;
        const headers = raw.filter((_, at) => !BY_NODE.has((raw[at - (at % 2)] ?? '').toLowerCase()));
        resolve({ status: response.statusCode ?? 0, headers, body });
      });
    });
    asked.on('error', reject);
    asked.end();
  });
}

const run = promisify(execFile);

async function hasWrk(): Promise<boolean> {
  try {
    await run('wrk', ['--version']);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT'; // it prints its version and exits 1
  }
}

async function wrk(url: string, token: string): Promise<Load> {
  const { stdout } = await run('wrk', [
    ...['-t', '1', '-c', String(CONNECTIONS), '-d', `${ROUND_SECONDS}s`, '--latency'],
    ...['-H', `Authorization: Bearer ${token}`, url],
  ]);
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error('the server refused some requests');
  return {
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]),
    p50Us: micros(/50%\s+(\S+)/.exec(stdout)?.[1]),
    p99Us: micros(/99%\s+(\S+)/.exec(stdout)?.[1]),
  };
}

function micros(text = ''): number {
  const factor = text.endsWith('us') ? 1 : text.endsWith('ms') ? 1e3 : 1e6;
  return Number.parseFloat(text) * factor;
}

/** Where wrk is missing. A generator in JavaScript costs about what the server costs, so the ratio looks better. */
async function undiciLoop(url: string, token: string): Promise<Load> {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections: CONNECTIONS });
  const tookUs: number[] = [];
  const end = performance.now() + ROUND_SECONDS * 1000;
  const ask = async (): Promise<void> => {
    while (performance.now() < end) {
      const start = performance.now();
      const { statusCode, body } = await pool.request({
        path: pathname,
        method: 'GET',
        headers: { authorization: `Bearer ${token}` },
      });
      await body.dump();
      if (statusCode !== 200) throw new Error(`the server answers ${statusCode}`);
      tookUs.push((performance.now() - start) * 1000);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, ask));
  await pool.close();
  tookUs.sort((a, b) => a - b);
  const at = (part: number) => tookUs[Math.floor(tookUs.length * part)] ?? Number.NaN;
  return { perSecond: tookUs.length / ROUND_SECONDS, p50Us: at(0.5), p99Us: at(0.99) };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function middle(loads: readonly Load[]): Load {
  return {
    perSecond: median(loads.map((load) => load.perSecond)),
    p50Us: median(loads.map((load) => load.p50Us)),
    p99Us: median(loads.map((load) => load.p99Us)),
  };
}

export function formatEndpoint({ tool, endpoint, bare, ratio }: EndpointFigures): string {
  const row = (name: string, load: Load) =>
    `  ${name.padEnd(28)}${load.perSecond.toFixed(0).padStart(8)} requests/s   p50 ${load.p50Us.toFixed(0)} us   p99 ${load.p99Us.toFixed(0)} us`;
  return [
    'GET /v1/keys/openai over TCP, 1,000 credentials',
    ...(tool === 'wrk' ? [] : ['  wrk is not installed: driven by a loop in Node, which flatters the ratio']),
    row('the endpoint', endpoint),
    row('bare node:http, same bytes', bare),
    `  ${'ratio'.padEnd(28)}${ratio.toFixed(2).padStart(8)}   (goal: at least ${GOAL})`,
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(formatEndpoint(await measureEndpoint()));
