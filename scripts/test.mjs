// npm test: sets up what is missing, runs every check and suite, and ends with one line that counts them.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  ensureBuild,
  ensureDependencies,
  ensureSystemPackages,
  onPath,
  rightNode,
  root,
  run,
  say,
} from './lib/project.mjs';

const started = Date.now();
let passed = 0;
let failed = 0;

function count(name, ok) {
  if (ok) passed += 1;
  else failed += 1;
  say(`${ok ? 'ok    ' : 'FAILED'} ${name}  (${Math.round((Date.now() - started) / 1000)} s)`);
}

const library = (file) => () =>
  ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib', '/usr/lib64'].some((folder) =>
    existsSync(join(folder, file)),
  );
const stillMissing = ensureSystemPackages({
  chromium: () => onPath('chromium') || onPath('google-chrome'),
  xvfb: () => onPath('Xvfb'),
  dbus: () => onPath('dbus-run-session') && onPath('dbus-daemon'),
  'gnome-keyring': () => onPath('gnome-keyring-daemon'),
  'libsecret-1-0': library('libsecret-1.so.0'),
  'dovecot-imapd': () => existsSync('/usr/sbin/dovecot') || process.platform !== 'linux',
  iproute2: () => onPath('ss') || process.platform !== 'linux',
  // Programs that the command line serves: each is proven with the real one.
  git: () => onPath('git'),
  curl: () => onPath('curl'),
  skopeo: () => onPath('skopeo'),
  restic: () => onPath('restic'),
  msmtp: () => onPath('msmtp'),
  'ansible-core': () => onPath('ansible-vault'),
  direnv: () => onPath('direnv'),
  fish: () => onPath('fish'),
  zsh: () => onPath('zsh'),
  'fonts-liberation': () => existsSync('/usr/share/fonts/truetype/liberation') || process.platform !== 'linux',
});
if (process.platform === 'linux' && stillMissing.length > 0) {
  say(
    `Missing here and not installable without rights: ${stillMissing.join(' ')}. Install them (apt install ${stillMissing.join(' ')}); what needs them fails below.`,
  );
}

await ensureDependencies();
await ensureBuild();
count('build', true);

const node = rightNode();
const tool = (name, script) => join(root, 'node_modules', name, script);
const results = join(root, 'test-results');
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

async function check(name, args) {
  count(name, (await run(node, args, { stdio: ['ignore', 'inherit', 'inherit'] })) === 0);
}

async function checks() {
  for (const part of ['shared', 'node', 'renderer', 'tests']) {
    await check(`types: ${part}`, [tool('typescript', 'bin/tsc'), '-p', `tsconfig.${part}.json`]);
  }
  await check('lint and import directions', [tool('eslint', 'bin/eslint.js'), '.', '--max-warnings', '0']);
  await check('format', [tool('@biomejs/biome', 'bin/biome'), 'format', '.']);
}

/** Adds the numbers a runner left behind; a runner that left none has failed. */
function addReport(name, file, code, read) {
  if (!existsSync(file)) return count(`${name}: did not run`, false);
  const numbers = read(JSON.parse(readFileSync(file, 'utf8')));
  passed += numbers.passed;
  failed += numbers.failed;
  if (code !== 0 && numbers.failed === 0) failed += 1;
  say(
    `${numbers.failed || code ? 'FAILED' : 'ok    '} ${name}: ${numbers.passed} passed, ${numbers.failed} failed  (${Math.round((Date.now() - started) / 1000)} s)`,
  );
}

async function vitest(project, inSession) {
  const report = join(results, `${project}.json`);
  const args = [
    tool('vitest', 'vitest.mjs'),
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ];
  const code = await run(node, inSession ? [join(root, 'scripts/with-session.mjs'), node, ...args] : args, {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  addReport(project, report, code, (json) => ({
    passed: json.numPassedTests,
    failed:
      json.numFailedTests +
      json.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length,
  }));
}

async function playwright() {
  const report = join(results, 'e2e.json');
  const args = [tool('@playwright/test', 'cli.js'), 'test', '-c', 'tests/e2e/playwright.config.ts'];
  const code = await run(node, [join(root, 'scripts/with-session.mjs'), node, ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  addReport('end-to-end', report, code, ({ stats }) => ({
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky,
  }));
}

// Two at a time, as there are two cores; browsers have them alone.
await Promise.all([checks().then(() => vitest('integration', true)), vitest('unit', false)]);
await playwright();

say(`${Math.round((Date.now() - started) / 1000)} s in all`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
