import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { refusedSwitch, startSwitches } from '../../../electron/hosts/common/harden.ts';
import { tooOldRuntime } from '../../../electron/hosts/common/node-guard.ts';
import { findProjectFiles } from '../../../electron/hosts/common/project-files.ts';
import { parseHeadlessArguments } from '../../../electron/hosts/headless/arguments.ts';
import { readFirstLine } from '../../../electron/hosts/headless/first-line.ts';

const root = join(import.meta.dirname, '../../..');

test('an older Node is told what to do; this one and later ones pass', () => {
  expect(tooOldRuntime({ node: '20.20.0', modules: '115' })).toContain('needs Node 24');
  expect(tooOldRuntime({ node: '24.21.0', modules: '137' })).toBeNull();
  expect(tooOldRuntime({ node: '24.21.0', modules: '150' })).toBeNull();
});

test.each([
  '--inspect',
  '--inspect=0.0.0.0:9229',
  '--inspect-brk',
  '--remote-debugging-port=9222',
  '--js-flags=--expose-gc',
  '--no-sandbox',
  '--password-store=basic',
  '--heapsnapshot-signal=SIGUSR2',
  '--report-on-signal',
  '--abort-on-uncaught-exception',
])('%s is refused by name, without its value', (argument) => {
  expect(refusedSwitch(['--port', '1', argument])).toBe(argument.split('=')[0]);
});

test('the own flags and ordinary switches of Node are not refused', () => {
  expect(refusedSwitch(['--port', '1', '--on-demand', '--no-endpoint', '--max-old-space-size=512'])).toBeNull();
});

test('NODE_OPTIONS counts like the command line', () => {
  expect(refusedSwitch(startSwitches([], ' --max-old-space-size=512  --inspect=9229'))).toBe('--inspect');
  expect(refusedSwitch(startSwitches([], undefined))).toBeNull();
});

test('a hardened process writes no report and opens no debugger when it is signalled', () => {
  const script = `
    import { hardenProcess } from ${JSON.stringify(join(root, 'electron/hosts/common/harden.ts'))};
    import inspector from 'node:inspector';
    hardenProcess();
    process.on('SIGUSR1', () => {
      clearInterval(alive);
      const { reportOnFatalError, reportOnSignal, reportOnUncaughtException } = process.report;
      console.log(JSON.stringify({ url: inspector.url() ?? null, umask: process.umask(),
        reports: [reportOnFatalError, reportOnSignal, reportOnUncaughtException] }));
    });
    const alive = setInterval(() => undefined, 1000);
    process.kill(process.pid, 'SIGUSR1');`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--report-on-signal', '--report-uncaught-exception', '--input-type=module', '-e', script],
    { encoding: 'utf8', cwd: root },
  );
  expect(stderr).not.toContain('Debugger listening');
  expect(JSON.parse(stdout)).toEqual({ url: null, umask: 0o077, reports: [false, false, false] });
});

test('a failure that nobody caught is told by its kind and frames, never by its text, and ends the process', () => {
  const script = `
    import { logUncaught } from ${JSON.stringify(join(root, 'electron/hosts/common/process-events.ts'))};
    const log = { error: (event, fields) => console.log(JSON.stringify({ event, ...fields })) };
    logUncaught(log, () => console.log('fatal'));
    function rejecting() { Promise.reject(new TypeError('the key is hunter2hunter2')); }
    function throwing() { throw Object.assign(new Error('the key is hunter2hunter2'), { code: 'EBAD' }); }
    rejecting();
    setImmediate(throwing);`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    cwd: root,
  });
  expect(status).toBe(0);
  expect(stdout + stderr).not.toContain('hunter2');
  const lines = stdout.trim().split('\n');
  expect(lines).toHaveLength(3);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ event: 'process.unhandled-rejection', code: 'TypeError' });
  expect(JSON.parse(lines[1] ?? '')).toMatchObject({ event: 'process.uncaught-exception', code: 'EBAD' });
  expect(lines[0]).toContain('rejecting');
  expect(lines[2]).toBe('fatal');
});

test('the flags of the agent are read strictly', () => {
  expect(parseHeadlessArguments([])).toEqual({ onDemand: false, endpoint: true, port: null, passwordStdin: false });
  expect(parseHeadlessArguments(['--port', '0', '--password-stdin'])).toMatchObject({ port: 0, passwordStdin: true });
  expect(parseHeadlessArguments(['--no-endpoint'])).toMatchObject({ endpoint: false });
  expect(parseHeadlessArguments(['--on-demand'])).toMatchObject({ onDemand: true });
});

test.each([
  [['--port']],
  [['--port', '65536']],
  [['--port', '-1']],
  [['--port', '1e3']],
  [['--port', ' 80']],
  [['--port', '80', '--no-endpoint']],
  [['--on-demand', '--port', '80']],
  [['--password', 'hunter2hunter2']],
  [['hunter2hunter2']],
])('%j is a usage error that repeats nothing', (argv) => {
  expect(() => parseHeadlessArguments(argv)).toThrow(
    expect.objectContaining({ code: 'invalid_input', message: expect.not.stringContaining('hunter2') as unknown }),
  );
});

test.each([
  ['one line', ['correct horse\n'], 'correct horse'],
  ['a line without an end', ['correct horse'], 'correct horse'],
  ['a line with CRLF', ['correct horse\r\n'], 'correct horse'],
  ['the first of two lines', ['first\nsecond\n'], 'first'],
  ['pieces', ['cor', 'rect ho', 'rse\nrest'], 'correct horse'],
  ['spaces, which count', ['  a b  \n'], '  a b  '],
])('the password is %s', async (_what, pieces, expected) => {
  expect(await readFirstLine(Readable.from(pieces.map((piece) => Buffer.from(piece))))).toBe(expected);
});

test.each([
  ['nothing', []],
  ['an empty line', ['\n']],
  ['more than 4 KiB', ['x'.repeat(5000)]],
])('%s is no password', async (_what, pieces) => {
  const input = Readable.from(pieces.map((piece) => Buffer.from(piece)));
  await expect(readFirstLine(input)).rejects.toMatchObject({ code: 'invalid_input' });
});

test('the program files are found from any folder inside the program', () => {
  const files = findProjectFiles(join(root, 'electron/hosts/headless'));
  expect(files.root).toBe(root);
  expect(files.version).toMatch(/^\d+\.\d+\.\d+/);
});
