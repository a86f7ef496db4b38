// npm start: set up, build, and start the first host that this machine can run.
import { spawn, spawnSync } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuild, ensureDependencies, fail, onPath, rightNode, root, say } from './lib/project.mjs';

const HOSTS = ['electron', 'browser', 'headless'];
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
const args = process.argv.slice(2);

function electronBinary() {
  const folder = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(root, 'node_modules/electron/dist');
  const name =
    { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform] ?? 'electron';
  const path = join(folder, name);
  return existsSync(path) ? path : null;
}

/** Electron's binary comes from outside the registries: asked for once, only where that host has a name here. */
async function fetchElectron() {
  const reachable = await Promise.race([
    lookup('github.com')
      .then(() => true)
      .catch(() => false),
    new Promise((resolve) => setTimeout(resolve, 2000, false)),
  ]);
  if (!reachable) return false;
  say('Fetching the Electron binary ...');
  const script = join(root, 'node_modules/electron/install.js');
  if (!existsSync(script)) return false;
  return (
    spawnSync(rightNode(), [script], { cwd: root, stdio: ['ignore', 'ignore', 'ignore'], timeout: 300_000 }).status ===
    0
  );
}

function hasDisplay() {
  if (process.platform !== 'linux') return true;
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

function hasBrowser() {
  if (process.env.KEYHARBOR_BROWSER) return existsSync(process.env.KEYHARBOR_BROWSER);
  if (process.platform === 'linux') return BROWSERS.some(onPath);
  return true; // the browser host looks in the usual places and says what it did not find
}

async function choose() {
  const forced = process.env.KEYHARBOR_HOST;
  if (forced) {
    if (!HOSTS.includes(forced)) fail(`KEYHARBOR_HOST must be one of ${HOSTS.join(', ')}.`);
    return [forced, 'KEYHARBOR_HOST says so'];
  }
  if (!hasDisplay()) return ['headless', 'no display (neither DISPLAY nor WAYLAND_DISPLAY is set)'];
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && (electronBinary() || ((await fetchElectron()) && electronBinary())))
    return ['electron', 'its binary is here'];
  const why = isRoot ? 'Electron does not run as root' : 'the Electron binary could not be had';
  if (hasBrowser()) return ['browser', `${why}; using the installed browser`];
  return ['headless', `${why}, and no Chromium, Chrome or Edge was found (Debian: apt install chromium)`];
}

await ensureDependencies();
await ensureBuild();
const [host, why] = await choose();
say(
  `Keyharbor starts as ${{ electron: 'the desktop app', browser: 'a browser app window', headless: 'the headless agent' }[host]}: ${why}.`,
);

if (host === 'headless') say('Use it from another terminal: ./cli/keyharbor --help');

const node = rightNode();
const [command, commandArgs] =
  host === 'electron'
    ? [electronBinary() ?? fail('The Electron binary is not here.'), [root]]
    : [node, [join(root, `out/main/${host}.js`)]];
const child = spawn(command, [...commandArgs, ...args], { cwd: root, stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('error', () => fail('The program could not be started.'));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
