import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RunningAgent } from './running-agent.ts';

/**
 * `keyharbor get REF` as a whole process, launcher included, beside a bare `node -e 0` of the same Node, and beside what
 * others take to print one secret: `gopass show` (GnuPG, its agent running) and `secret-tool lookup` (the Secret Service
 * of this session). All take turns, so that a busy machine slows each of them. About 10 s.
 */
const ROUNDS = 60;
const WARM_UP = 5;
export const GOAL = 1.35;
const SECRET = ['sk', 'bench', 'x'.repeat(40)].join('-');

export interface Whole {
  readonly name: string;
  readonly medianMs: number;
  /** Median over the rounds of this one's time by that of `node -e 0` in the same round. */
  readonly ratio: number;
}

interface Rival {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly env: NodeJS.ProcessEnv;
}

export interface GetFigures {
  readonly figures: readonly Whole[];
  /** What could not be measured here, and why. */
  readonly missing: readonly string[];
}

export async function measureGet(): Promise<GetFigures> {
  const agent = await RunningAgent.start();
  const folder = mkdtempSync(join(tmpdir(), 'kh-bench-get-'));
  const missing: string[] = [];
  try {
    await agent.ask('credentials.add', { provider: 'openai', fields: { api_key: SECRET } });
    const env = { PATH: process.env['PATH'], HOME: folder, KEYHARBOR_HOME: agent.home };
    const launcher = join(import.meta.dirname, '..', 'cli', 'keyharbor');
    const ours: Rival = { name: 'keyharbor get', command: [launcher, 'get', 'kh://openai'], env };
    if (printed(ours) !== SECRET) throw new Error('keyharbor get does not print the key; build first: npm run build');
    const bare: Rival = { name: 'node -e 0', command: [process.execPath, '-e', '0'], env };
    const rivals = [bare, ours, setUpGopass(folder, missing), setUpSecretTool(missing)].filter(
      (rival) => rival !== null,
    );
    return { figures: inTurns(rivals), missing };
  } finally {
    await agent.stop();
    spawnSync('gpgconf', ['--homedir', join(folder, 'gnupg'), '--kill', 'all']);
    rmSync(folder, { recursive: true, force: true });
    spawnSync('secret-tool', ['clear', 'keyharbor-bench', 'openai']);
  }
}

function printed({ command: [program, ...args], env }: Rival): string {
  return spawnSync(program, args, { env, encoding: 'utf8' }).stdout.trim();
}

/** A password store of one entry under a key without passphrase. */
function setUpGopass(folder: string, missing: string[]): Rival | null {
  const store = join(folder, 'store');
  const gnupg = join(folder, 'gnupg');
  const env = { PATH: process.env['PATH'], HOME: folder, GNUPGHOME: gnupg, PASSWORD_STORE_DIR: store };
  try {
    mkdirSync(store);
    mkdirSync(gnupg, { mode: 0o700 });
    const gpg = (args: readonly string[], input = ''): Buffer =>
      execFileSync('gpg', ['--batch', '--quiet', ...args], { env, input, stdio: ['pipe', 'pipe', 'ignore'] });
    gpg(['--passphrase', '', '--quick-gen-key', 'bench@localhost', 'default', 'default', 'never']);
    writeFileSync(join(store, '.gpg-id'), 'bench@localhost\n');
    writeFileSync(join(store, 'openai.gpg'), gpg(['--encrypt', '--recipient', 'bench@localhost'], SECRET));
    const rival: Rival = { name: 'gopass show', command: ['gopass', 'show', 'openai'], env };
    if (printed(rival) === SECRET) return rival;
  } catch {
    // Said below.
  }
  missing.push('gopass show: gopass or gpg is not installed here, or could not be set up');
  return null;
}

function setUpSecretTool(missing: string[]): Rival | null {
  const { env } = process;
  const attribute = ['keyharbor-bench', 'openai'] as const;
  const stored = spawnSync('secret-tool', ['store', '--label', 'Keyharbor bench', ...attribute], {
    env,
    input: SECRET,
    timeout: 5000,
  });
  const rival: Rival = { name: 'secret-tool lookup', command: ['secret-tool', 'lookup', ...attribute], env };
  if (stored.status === 0 && printed(rival) === SECRET) return rival;
  missing.push(
    'secret-tool lookup: not installed here, or no Secret Service in this session (npm run bench starts one)',
  );
  return null;
}

function inTurns(rivals: readonly Rival[]): readonly Whole[] {
  const times = rivals.map((): number[] => []);
  for (let round = -WARM_UP; round < ROUNDS; round += 1) {
    for (const [index, rival] of rivals.entries()) {
      const tookMs = wholeProcessMs(rival);
      if (round >= 0) times[index]?.push(tookMs);
    }
  }
  return rivals.map(({ name }, index) => {
    const own = times[index] ?? [];
    const ratios = own.map((tookMs, round) => tookMs / (times[0]?.[round] ?? Number.NaN));
    return { name, medianMs: median(own), ratio: median(ratios) };
  });
}

/** From the start of the process to its end with its output read; nothing else happens here meanwhile. */
function wholeProcessMs({ name, command: [program, ...args], env }: Rival): number {
  const startedMs = performance.now();
  const { status } = spawnSync(program, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const tookMs = performance.now() - startedMs;
  if (status !== 0) throw new Error(`${name} ended with ${String(status)}`);
  return tookMs;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

export function formatGet({ figures, missing }: GetFigures): string {
  const lines = figures.map(({ name, medianMs, ratio }) => {
    const goal = name === 'keyharbor get' ? `  (goal: at most ${GOAL})` : '';
    return `  ${name.padEnd(20)}${medianMs.toFixed(1).padStart(8)} ms  ${ratio.toFixed(2).padStart(6)} x node -e 0${goal}`;
  });
  return ['keyharbor get, whole process', ...lines, ...missing.map((what) => `  not measured: ${what}`)].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(formatGet(await measureGet()));
