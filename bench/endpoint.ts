import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Pool } from 'undici';
import { RunningAgent } from './running-agent.ts';

/**
 * `GET /v1/keys/{p}` over TCP with keep-alive and 1,000 credentials in the vault, beside a bare node:http server that
 * answers the same bytes: one key of one client, then all keys in turn by 100 clients, then the same behind a locked
 * vault. All are asked in turns, so that a busy machine slows all. Loopback only; about 40 s.
 */
const CREDENTIALS = 1000;
const CLIENTS = 100;
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
  /** Requests a second of the endpoint over those of the bare server, in the same round. */
  readonly ratio: number;
  /** All keys in turn, by all clients in turn. */
  readonly many: Load;
  readonly manyRatio: number;
  /** The same while the vault is locked: 423 for each. */
  readonly locked: Load;
  readonly lockedRatio: number;
}

/** Who asks for what. A load goes through them in turn. */
interface Asking {
  readonly path: string;
  readonly token: string;
}

export async function measureEndpoint(): Promise<EndpointFigures> {
  const agent = await RunningAgent.start();
  const folder = mkdtempSync(join(tmpdir(), 'kh-bench-'));
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
    const tokens: string[] = [];
    for (let n = 0; n < CLIENTS; n += 1) {
      const input = { name: `bench ${n}`, grants: ['keys:read:openai'], ratePerSecond: null };
      tokens.push((await agent.ask('clients.create', input)).token);
    }
    const { port } = await agent.ask('endpoint.on', { port: 0 });
    const origin = `http://127.0.0.1:${port}`;
    const one: Asking = { path: '/v1/keys/openai', token: tokens[0] ?? '' };
    const many = Array.from({ length: CREDENTIALS }, (_, n): Asking => {
      return { path: n === 0 ? one.path : `${one.path}/bench-${n}`, token: tokens[n % CLIENTS] ?? '' };
    });
    const answer = await getOnce(origin, one);
    if (answer.status !== 200) throw new Error(`the endpoint answers ${answer.status}`);
    const lock = () => agent.ask('vault.lock', {});
    return await inTurns({ origin, folder, answer, one, many, lock });
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await agent.stop();
  }
}

interface Bench {
  readonly origin: string;
  readonly folder: string;
  readonly answer: Answer;
  readonly one: Asking;
  readonly many: readonly Asking[];
  readonly lock: () => Promise<unknown>;
}

async function inTurns({ origin, folder, answer, one, many, lock }: Bench): Promise<EndpointFigures> {
  const bare = spawn(process.execPath, ['-e', BARE_SERVER], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    bare.stdin.end(JSON.stringify(answer));
    let bareOrigin = '';
    for await (const port of createInterface(bare.stdout)) {
      bareOrigin = `http://127.0.0.1:${port}`;
      break;
    }
    const tool = (await hasWrk()) ? 'wrk' : 'undici loop';
    const load: LoadTool = tool === 'wrk' ? (...given) => wrk(folder, ...given) : undiciLoop;
    await load(origin, [one], 200); // both warm up
    await load(bareOrigin, [one], 200);
    const rounds: { readonly endpoint: Load; readonly many: Load; readonly bare: Load }[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      rounds.push({
        endpoint: await load(origin, [one], 200),
        many: await load(origin, many, 200),
        bare: await load(bareOrigin, [one], 200),
      });
    }
    await lock();
    const behind: { readonly locked: Load; readonly bare: Load }[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      behind.push({ locked: await load(origin, many, 423), bare: await load(bareOrigin, [one], 200) });
    }
    return {
      tool,
      endpoint: middle(rounds.map((round) => round.endpoint)),
      bare: middle(rounds.map((round) => round.bare)),
      ratio: median(rounds.map((round) => round.endpoint.perSecond / round.bare.perSecond)),
      many: middle(rounds.map((round) => round.many)),
      manyRatio: median(rounds.map((round) => round.many.perSecond / round.bare.perSecond)),
      locked: middle(behind.map((round) => round.locked)),
      lockedRatio: median(behind.map((round) => round.locked.perSecond / round.bare.perSecond)),
    };
  } finally {
    bare.kill('SIGKILL');
  }
}

type LoadTool = (origin: string, askings: readonly Asking[], status: number) => Promise<Load>;

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

function getOnce(origin: string, { path, token }: Asking): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(origin + path, { headers: { authorization: `Bearer ${token}` } }, (response) => {
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

async function wrk(folder: string, origin: string, askings: readonly Asking[], status: number): Promise<Load> {
  const script = join(folder, 'askings.lua');
  const lines = askings.map(({ path, token }) => `wrk.format("GET","${path}",{["Authorization"]="Bearer ${token}"})`);
  writeFileSync(
    script,
    `local all\nlocal at = 0\ninit = function() all = {${lines.join(',')}} end
request = function() at = at % #all + 1; return all[at] end\n`,
  );
  const { stdout } = await run('wrk', [
    ...['-t', '1', '-c', String(CONNECTIONS), '-d', `${ROUND_SECONDS}s`, '--latency', '-s', script, origin],
  ]);
  const answered = Number(/(\d+) requests in/.exec(stdout)?.[1]);
  const others = Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0);
  if (/Socket errors/.test(stdout) || others !== (status === 200 ? 0 : answered)) {
    throw new Error('the server did not answer as it should');
  }
  return {
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]),
    p50Us: micros(/^ +50% +(\S+)/m.exec(stdout)?.[1]),
    p99Us: micros(/^ +99% +(\S+)/m.exec(stdout)?.[1]),
  };
}

function micros(text = ''): number {
  const factor = text.endsWith('us') ? 1 : text.endsWith('ms') ? 1e3 : 1e6;
  return Number.parseFloat(text) * factor;
}

/** Where wrk is missing. A generator in JavaScript costs about what the server costs, so the ratio looks better. */
async function undiciLoop(origin: string, askings: readonly Asking[], status: number): Promise<Load> {
  let at = 0;
  const pool = new Pool(origin, { connections: CONNECTIONS });
  const tookUs: number[] = [];
  const end = performance.now() + ROUND_SECONDS * 1000;
  const ask = async (): Promise<void> => {
    while (performance.now() < end) {
      const { path, token } = askings[at++ % askings.length] ?? { path: '', token: '' };
      const start = performance.now();
      const { statusCode, body } = await pool.request({
        path,
        method: 'GET',
        headers: { authorization: `Bearer ${token}` },
      });
      await body.dump();
      if (statusCode !== status) throw new Error(`the server answers ${statusCode}`);
      tookUs.push((performance.now() - start) * 1000);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, ask));
  await pool.close();
  tookUs.sort((a, b) => a - b);
  const within = (part: number) => tookUs[Math.floor(tookUs.length * part)] ?? Number.NaN;
  return { perSecond: tookUs.length / ROUND_SECONDS, p50Us: within(0.5), p99Us: within(0.99) };
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

export function formatEndpoint(figures: EndpointFigures): string {
  const { tool, endpoint, bare, ratio, many, manyRatio, locked, lockedRatio } = figures;
  const row = (name: string, load: Load, share?: number) =>
    `  ${name.padEnd(34)}${load.perSecond.toFixed(0).padStart(8)} requests/s   p50 ${load.p50Us.toFixed(0)} us   p99 ${load.p99Us.toFixed(0)} us${share === undefined ? '' : `   ratio ${share.toFixed(2)}`}`;
  return [
    `GET /v1/keys/openai[/LABEL] over TCP, ${CREDENTIALS.toLocaleString('en')} credentials`,
    ...(tool === 'wrk' ? [] : ['  wrk is not installed: driven by a loop in Node, which flatters the ratio']),
    row('one key, one client', endpoint, ratio),
    row(`all keys in turn, ${CLIENTS} clients`, many, manyRatio),
    row('the same, vault locked (423)', locked, lockedRatio),
    row('bare node:http, same bytes', bare),
    `  goal: a ratio of at least ${GOAL} for one key; 423 as fast`,
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(formatEndpoint(await measureEndpoint()));
