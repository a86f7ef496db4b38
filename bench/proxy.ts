import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startPortkey } from './portkey.ts';
import { eventStream } from './proxy-servers.ts';
import { RunningAgent } from './running-agent.ts';

/**
 * The proxy beside the direct call, the least that forwards and reads the usage (bench/proxy-servers.ts), and a gateway
 * from npm: all four are asked in turns, and the least and the proxy are started anew several times, because one process
 * differs from the next by some percent. Loopback only; about three minutes. Linux: resident memory is read from /proc.
 */
const STARTS = 3;
/** Of each start. */
const ROUNDS = 3;
const WARM_UPS = 2;
const ROUND_SECONDS = 2;
const CONNECTIONS = 16;
const CALLS_A_ROUND = 1500;
const STREAMS = 200;
const EVENTS = 50;
const EVERY_MS = 20;
const GIB = 1024 * 1024 * 1024;
const MIB = 1024 * 1024;
export const GOALS = {
  latency: 1.3,
  latencyOfPortkey: 0.5,
  throughput: 0.7,
  throughputOfPortkey: 5,
  firstByteMs: 1,
  grownMiB: 64,
};

export const BODY = JSON.stringify({
  model: 'gpt-bench',
  messages: [{ role: 'user', content: 'How long does a short question take on its way? '.repeat(4) }],
});

export interface Target {
  readonly name: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface ProxyFigures {
  readonly perSecond: Readonly<Record<string, number>>;
  /** Median of one caller's calls, in milliseconds. */
  readonly latencyMs: Readonly<Record<string, number>>;
  readonly ratios: {
    readonly addedToTap: number;
    readonly addedToPortkey: number | null;
    readonly throughputOfTap: number;
    readonly throughputOfPortkey: number | null;
  };
  readonly sse: {
    readonly directMs: number;
    readonly proxyMs: number;
    readonly identical: boolean;
    readonly grownMiB: number;
  };
  readonly upload: number;
  readonly download: number;
}

const run = promisify(execFile);

export function started(...args: readonly string[]): Promise<{ readonly process: ChildProcess; readonly url: string }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'proxy-servers.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve) => {
    createInterface(child.stdout).once('line', (port) => resolve({ process: child, url: `http://127.0.0.1:${port}` }));
  });
}

export async function measureProxy(): Promise<ProxyFigures> {
  const upstream = await started('upstream');
  const portkey = await startPortkey(`${upstream.url}/v1`);
  const scripts = mkdtempSync(join(tmpdir(), 'kh-bench-wrk-'));
  const rounds: Round[] = [];
  try {
    for (let start = 0; ; start += 1) {
      const tap = await started('tap', upstream.url);
      const agent = await RunningAgent.start();
      try {
        const { direct, proxy, given } = await throughAgent(agent, upstream.url);
        const targets: Target[] = [direct, { name: 'tap', url: `${tap.url}/v1`, headers: given }, proxy];
        if (portkey !== null) {
          targets.push({ name: 'portkey', url: `${portkey.url}/v1`, headers: { ...portkey.headers, ...given } });
        }
        rounds.push(...(await inTurns(targets, scripts)));
        if (start + 1 < STARTS) continue;
        return {
          ...figuresOf(rounds),
          sse: await streams(direct, proxy, agent.pid),
          download: await grownBy(agent.pid, () => download(proxy)),
          upload: await grownBy(agent.pid, () => upload(proxy)),
        };
      } finally {
        await agent.stop();
        tap.process.kill('SIGKILL');
      }
    }
  } finally {
    portkey?.stop();
    upstream.process.kill('SIGKILL');
    rmSync(scripts, { recursive: true, force: true });
  }
}

async function throughAgent(agent: RunningAgent, upstream: string) {
  const key = ['sk', 'proj', 'k'.repeat(48)].join('-');
  const place = { baseUrl: `${upstream}/v1`, local: true };
  await agent.ask('credentials.add', { provider: 'openai', fields: { api_key: key }, ...place });
  const client = { name: 'bench', grants: ['proxy:openai'], ratePerSecond: null };
  const { token } = await agent.ask('clients.create', client);
  const { port } = await agent.ask('endpoint.on', { port: 0 });
  const given = { authorization: `Bearer ${token}` };
  const direct: Target = { name: 'direct', url: `${upstream}/v1`, headers: given };
  const proxy: Target = { name: 'proxy', url: `http://127.0.0.1:${port}/proxy/openai`, headers: given };
  return { direct, proxy, given };
}

interface Measured {
  readonly perSecond: number;
  readonly latencyMs: number;
}
/** By the names of the targets. */
type Round = ReadonlyMap<string, Measured>;

async function inTurns(targets: readonly Target[], scripts: string): Promise<Round[]> {
  for (const target of targets) {
    for (let time = 0; time < WARM_UPS; time += 1) await wrk(target, scripts);
    await callers(target, CALLS_A_ROUND);
  }
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const measured = new Map<string, Measured>();
    for (const target of targets) measured.set(target.name, { perSecond: await wrk(target, scripts), latencyMs: 0 });
    for (const target of targets) {
      const perSecond = measured.get(target.name)?.perSecond ?? Number.NaN;
      measured.set(target.name, { perSecond, latencyMs: await callers(target, CALLS_A_ROUND) });
    }
    rounds.push(measured);
  }
  return rounds;
}

function figuresOf(rounds: readonly Round[]): Pick<ProxyFigures, 'perSecond' | 'latencyMs' | 'ratios'> {
  const names = [...(rounds[0]?.keys() ?? [])];
  const of = (round: Round, name: string, what: keyof Measured) => round.get(name)?.[what] ?? Number.NaN;
  const each = (value: (round: Round) => number) => median(rounds.map(value));
  const all = (what: keyof Measured) =>
    Object.fromEntries(names.map((name) => [name, each((round) => of(round, name, what))]));
  const added = (round: Round, name: string) => of(round, name, 'latencyMs') - of(round, 'direct', 'latencyMs');
  const latencyOver = (name: string) => each((round) => added(round, 'proxy') / added(round, name));
  const loadOver = (name: string) => each((round) => of(round, 'proxy', 'perSecond') / of(round, name, 'perSecond'));
  const hasPortkey = names.includes('portkey');
  return {
    perSecond: all('perSecond'),
    latencyMs: all('latencyMs'),
    ratios: {
      addedToTap: latencyOver('tap'),
      addedToPortkey: hasPortkey ? latencyOver('portkey') : null,
      throughputOfTap: loadOver('tap'),
      throughputOfPortkey: hasPortkey ? loadOver('portkey') : null,
    },
  };
}

/** Requests a second by wrk, which is needed: a generator in JavaScript would be what is measured. */
export async function wrk(
  { name, url, headers }: Target,
  scripts: string,
  seconds: number = ROUND_SECONDS,
): Promise<number> {
  const script = join(scripts, `${name}.lua`);
  const lines = Object.entries({ ...headers, 'content-type': 'application/json' }).map(
    ([header, value]) => `wrk.headers[${JSON.stringify(header)}] = ${JSON.stringify(value)}\n`,
  );
  writeFileSync(script, `wrk.method = "POST"\nwrk.body = [==[${BODY}]==]\n${lines.join('')}`);
  const options = ['-t', '1', '-c', String(CONNECTIONS), '-d', `${seconds}s`, '-s', script];
  const { stdout } = await run('wrk', [...options, `${url}/chat/completions`]);
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(`${name} refused some requests:\n${stdout}`);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
}

/**
 * One caller, one call after the other on one connection: the median in milliseconds.
 * @param pauseMs - between two calls.
 */
export async function callers(target: Target, calls: number, pauseMs = 0): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const tookMs: number[] = [];
  for (let n = 0; n < calls; n += 1) {
    const startMs = performance.now();
    const answer = await post(agent, target, '/chat/completions', BODY);
    if (answer.status !== 200) throw new Error(`${target.name} answers ${answer.status}`);
    tookMs.push(performance.now() - startMs);
    if (pauseMs > 0) await setTimeout(pauseMs);
  }
  agent.destroy();
  return median(tookMs);
}

interface Answered {
  readonly status: number;
  readonly firstByteMs: number;
  readonly hash: string;
  readonly bytes: number;
}

function answered(response: IncomingMessage, startMs: number, isHashed: boolean): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const hash = createHash('sha256');
    let firstByteMs = Number.NaN;
    let bytes = 0;
    response.on('data', (chunk: Buffer) => {
      if (bytes === 0) firstByteMs = performance.now() - startMs;
      bytes += chunk.byteLength;
      if (isHashed) hash.update(chunk);
    });
    response.on('end', () =>
      resolve({ status: response.statusCode ?? 0, firstByteMs, hash: hash.digest('hex'), bytes }),
    );
    response.on('error', reject);
  });
}

export function post(
  agent: Agent,
  { url, headers }: Target,
  path: string,
  body: string,
  isHashed = false,
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const startMs = performance.now();
    const options = {
      agent,
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    };
    const asked = request(`${url}${path}`, options, (response) => {
      answered(response, startMs, isHashed).then(resolve, reject);
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

/** First byte of one stream at a time, then many streams at once: every byte, and the memory that they take. */
async function streams(direct: Target, proxy: Target, pid: number): Promise<ProxyFigures['sse']> {
  const agent = new Agent({ keepAlive: true });
  const first = async (target: Target) => (await post(agent, target, '/stream?events=1&everyMs=0', BODY)).firstByteMs;
  const directs: number[] = [];
  const proxied: number[] = [];
  for (let n = 0; n < 200; n += 1) {
    directs.push(await first(direct));
    proxied.push(await first(proxy));
  }
  const path = `/stream?events=${EVENTS}&everyMs=${EVERY_MS}`;
  const all = () => Promise.all(Array.from({ length: STREAMS }, () => post(agent, proxy, path, BODY, true)));
  await all(); // the connections stay: what grows afterwards is not them
  const before = residentBytes(pid);
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, residentBytes(pid));
  }, 50);
  const answers = [...(await all()), ...(await all())];
  clearInterval(watch);
  agent.destroy();
  const expected = createHash('sha256').update(eventStream(EVENTS)).digest('hex');
  return {
    directMs: median(directs),
    proxyMs: median(proxied),
    identical: answers.every(({ hash }) => hash === expected),
    grownMiB: (most - before) / MIB,
  };
}

async function download({ url, headers }: Target): Promise<void> {
  const { bytes } = await new Promise<Answered>((resolve, reject) => {
    const asked = request(`${url}/download?bytes=${GIB}`, { headers }, (response) => {
      answered(response, 0, false).then(resolve, reject);
    });
    asked.on('error', reject);
    asked.end();
  });
  if (bytes !== GIB) throw new Error(`${bytes} bytes came down`);
}

async function upload({ url, headers }: Target): Promise<void> {
  const answer = await new Promise<string>((resolve, reject) => {
    const options = { method: 'POST', headers: { ...headers, 'content-length': String(GIB) } };
    const asked = request(`${url}/upload`, options, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('end', () => resolve(text));
    });
    asked.on('error', reject);
    const piece = Buffer.alloc(64 * 1024);
    let left = GIB;
    const more = (): void => {
      while (left > 0) {
        left -= piece.byteLength;
        if (!asked.write(piece)) {
          asked.once('drain', more);
          return;
        }
      }
      asked.end();
    };
    more();
  });
  if (answer !== String(GIB)) throw new Error(`${answer} bytes went up`);
}

/** MiB by which the resident memory of the agent rises at most while `work` runs. */
async function grownBy(pid: number, work: () => Promise<void>): Promise<number> {
  const before = residentBytes(pid);
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, residentBytes(pid));
  }, 20);
  await work();
  clearInterval(watch);
  return (most - before) / MIB;
}

function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

export function formatProxy({ perSecond, latencyMs, ratios, sse, upload: up, download: down }: ProxyFigures): string {
  const line = (name: string, figure: string, goal: string) =>
    `  ${name.padEnd(44)}${figure.padStart(8)}   (goal: ${goal})`;
  const ratio = (value: number | null) => (value === null ? 'not measured' : value.toFixed(2));
  return [
    'The proxy, a small POST with a small answer',
    ...Object.keys(perSecond).map(
      (name) =>
        `  ${name.padEnd(12)}${(perSecond[name] ?? 0).toFixed(0).padStart(8)} requests/s   one caller ${(latencyMs[name] ?? 0).toFixed(3)} ms`,
    ),
    line('added latency over the tap’s', ratio(ratios.addedToTap), `at most ${GOALS.latency}`),
    line('added latency over Portkey’s', ratio(ratios.addedToPortkey), `at most ${GOALS.latencyOfPortkey}`),
    line('requests/s over the tap’s', ratio(ratios.throughputOfTap), `at least ${GOALS.throughput}`),
    line('requests/s over Portkey’s', ratio(ratios.throughputOfPortkey), `at least ${GOALS.throughputOfPortkey}`),
    line(
      'first byte of a stream, ms over direct',
      (sse.proxyMs - sse.directMs).toFixed(2),
      `at most ${GOALS.firstByteMs}`,
    ),
    line(`${STREAMS} streams at once, grown MiB`, sse.grownMiB.toFixed(1), 'flat'),
    line('their bytes', sse.identical ? 'same' : 'CHANGED', 'the same'),
    line('1 GiB down, grown MiB', down.toFixed(1), `at most ${GOALS.grownMiB}`),
    line('1 GiB up, grown MiB', up.toFixed(1), `at most ${GOALS.grownMiB}`),
  ].join('\n');
}

if (process.argv[1] === import.meta.filename) console.log(formatProxy(await measureProxy()));
