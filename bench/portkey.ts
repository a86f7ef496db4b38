import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The yardstick from npm: a gateway of the same kind. Installed into a temporary folder, never into the project. */
const PACKAGE = '@portkey-ai/gateway';
const VERSION = '1.15.2';
const FOLDER = join(tmpdir(), `keyharbor-bench-portkey-${VERSION}`);
const STARTS_WITHIN_MS = 15_000;

export interface Portkey {
  readonly url: string;
  /** Where it forwards to, in its own headers. */
  readonly headers: Readonly<Record<string, string>>;
  stop(): void;
}

/** Null where it cannot be installed or does not start: then the figures say so. @param upstream - `http://host:port/v1`. */
export async function startPortkey(upstream: string): Promise<Portkey | null> {
  const program = join(FOLDER, 'node_modules', PACKAGE, 'build/start-server.js');
  try {
    if (!existsSync(program)) await install();
  } catch {
    return null;
  }
  const port = await freePort();
  const gateway = spawn(process.execPath, [program, '--headless', `--port=${port}`], {
    cwd: FOLDER,
    env: {
      PATH: process.env['PATH'],
      HOME: FOLDER,
      NODE_ENV: 'production',
      TRUSTED_CUSTOM_HOSTS: 'localhost,127.0.0.1',
    },
    stdio: 'ignore',
  });
  if (!(await listens(port, gateway))) {
    gateway.kill('SIGKILL');
    return null;
  }
  return {
    url: `http://127.0.0.1:${port}`,
    headers: { 'x-portkey-provider': 'openai', 'x-portkey-custom-host': upstream },
    stop: () => gateway.kill('SIGKILL'),
  };
}

async function install(): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, 'package.json'), '{"private":true}');
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--save-exact'];
  await promisify(execFile)('npm', ['install', ...options, `${PACKAGE}@${VERSION}`], { cwd: FOLDER });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listens(port: number, gateway: ChildProcess): Promise<boolean> {
  const until = performance.now() + STARTS_WITHIN_MS;
  while (performance.now() < until && gateway.exitCode === null) {
    const answered = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('close', () => socket.destroy());
    });
    if (answered) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}
