// with-session.mjs COMMAND [ARG]…: runs a command in a desktop session of its own – an X display (Xvfb), a D-Bus
// session bus and a GNOME keyring with a throw-away store – so that tests never touch the user's.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fail, onPath, say, toolEnv } from './lib/project.mjs';

const [command, ...args] = process.argv.slice(2);
if (command === undefined) fail('with-session.mjs: a command is needed');

const folder = mkdtempSync(join(tmpdir(), 'kh-session-'));
const inFolder = (name) => {
  mkdirSync(join(folder, name), { mode: 0o700 });
  return join(folder, name);
};

function startDisplay() {
  return new Promise((resolve) => {
    const xvfb = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1400x1000x24', '-nolisten', 'tcp'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    xvfb.on('error', () => resolve({ xvfb: null, display: undefined }));
    let text = '';
    xvfb.stdio[3].on('data', (data) => {
      text += data;
      if (text.includes('\n')) resolve({ xvfb, display: `:${text.trim()}` });
    });
    xvfb.on('exit', () => resolve({ xvfb: null, display: undefined }));
  });
}

// The daemon unlocks (and so makes) the login keyring with what it reads from its standard input.
const KEYRING = 'printf keyring | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec "$@"';

async function main() {
  if (process.platform !== 'linux') return wait(spawn(command, args, { stdio: 'inherit', env: toolEnv() }));
  const missing = ['Xvfb', 'dbus-run-session', 'gnome-keyring-daemon'].filter((program) => !onPath(program));
  if (missing.length > 0) fail(`Missing here: ${missing.join(', ')} (Debian: apt install xvfb dbus gnome-keyring).`);
  const { xvfb, display } = await startDisplay();
  if (!xvfb) fail('Xvfb did not start.');
  const env = toolEnv({
    DISPLAY: display,
    HOME: inFolder('home'),
    XDG_DATA_HOME: inFolder('data'),
    XDG_CONFIG_HOME: inFolder('config'),
    XDG_CACHE_HOME: inFolder('cache'),
    XDG_RUNTIME_DIR: inFolder('runtime'),
    KEYHARBOR_TEST_SESSION: '1',
  });
  delete env.WAYLAND_DISPLAY;
  delete env.KEYHARBOR_HOME;
  try {
    return await wait(
      spawn('dbus-run-session', ['--', 'sh', '-c', KEYRING, 'sh', command, ...args], { stdio: 'inherit', env }),
    );
  } finally {
    xvfb.kill();
  }
}

function wait(child) {
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.on('error', (error) => {
      say(`${command} could not be started: ${error.code}`);
      resolve(127);
    });
    child.on('exit', (code) => resolve(code ?? 143));
  });
}

const code = await main();
rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
process.exit(code);
