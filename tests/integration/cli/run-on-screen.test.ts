import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fakeKey } from '../../support/fake-keys.ts';
import { KEYHARBOR } from './command.ts';
import { Screen } from './screen.ts';
import { type UnlockedHome, unlockedHome } from './unlocked-home.ts';

const KEY = fakeKey('openai');
let vault: UnlockedHome;

beforeAll(async () => {
  vault = await unlockedHome('screen');
  await vault.must(['add', 'openai', '--label', 'work', '--stdin'], KEY);
});
afterAll(() => vault.close());

const RUN = ['run', '--env', 'K=kh://openai/work', '--', 'sh', '-c'];
const onScreen = (script: string): Screen => new Screen(KEYHARBOR, [...RUN, script], vault.env);
/** A shell on the screen that runs `line`; $RUN is our command up to the script. */
const inShell = (line: string): Screen =>
  new Screen('bash', ['-c', line], { ...vault.env, RUN: `${KEYHARBOR} ${RUN.join(' ')}` });
/** Does nothing until a trap ends it. */
const WAIT = 'echo ready; while :; do sleep 0.05; done';

test('the program has a whole terminal with our size, its colours come through, the key does not', async () => {
  const screen = onScreen(
    'test -t 0 && test -t 1 && test -t 2 && stty size; printf "\\033[31m%s\\033[0m\\n" "$K"; exit 7',
  );
  expect(await screen.ended).toBe(7);
  expect(screen.shown).toBe('30 100\r\n\x1b[31m********\x1b[0m\r\n');
});

test('a window that changes its size changes that of the program', async () => {
  const screen = onScreen(`trap "stty size; exit 3" WINCH; ${WAIT}`);
  await screen.until('ready');
  screen.resize(120, 40);
  expect(await screen.ended).toBe(3);
  expect(screen.shown).toContain('40 120');
});

test('Ctrl-C reaches a program that handles it and ends one that does not', async () => {
  const handled = onScreen(`trap "exit 9" INT; ${WAIT}`);
  await handled.until('ready');
  handled.type('\x03');
  expect(await handled.ended).toBe(9);
  const plain = onScreen('echo ready; exec sleep 60');
  await plain.until('ready');
  plain.type('\x03');
  expect(await plain.ended).toBe(130);
});

test('a prompt without a line end is there at once, also one that ends as the key begins; Ctrl-D is the end', async () => {
  const screen = onScreen(`printf '${KEY.slice(0, 3)}'; cat; echo over`);
  await screen.until(KEY.slice(0, 3));
  screen.type('typed\n');
  await screen.until('typed\r\ntyped\r\n');
  screen.type('\x04');
  await screen.until('over');
  expect(await screen.ended).toBe(0);
});

test('a SIGTERM is passed on, and the terminal is as before', async () => {
  const front = inShell(`stty -g; $RUN 'trap "exit 4" TERM; echo pid $PPID; ${WAIT}'; echo code $?; stty -g`);
  await front.until('ready');
  process.kill(Number(/pid (\d+)/.exec(front.shown)?.[1]), 'SIGTERM');
  expect(await front.ended).toBe(0);
  expect(front.shown).toContain('code 4');
  const [before, after] = front.shown.split(/\r?\n/).filter((line) => /^[0-9a-f]+:[0-9a-f:]+$/.test(line));
  expect(after).toBe(before);
});

test('Ctrl-Z stops the program and us, fg lets both go on', async () => {
  const shell = new Screen('bash', ['--norc', '--noprofile', '-i'], {
    ...vault.env,
    PS1: '> ',
    RUN: `${KEYHARBOR} ${RUN.join(' ')}`,
  });
  await shell.until('> ');
  shell.type("$RUN 'echo rea''dy; read x; echo got $x'\r");
  await shell.until('ready');
  shell.type('\x1a');
  await shell.until('Stopped');
  shell.type('stty -a | grep -q " echo " && echo coo""ked; fg\r');
  await shell.until('cooked\r');
  await shell.until('read x'); // fg names what goes on
  shell.type('word\r');
  await shell.until('got word');
  await shell.until('> ');
  shell.type('exit\r');
  expect(await shell.ended).toBe(0);
});

test('with its input from a pipe or its errors in a file a program still sees that the rest is a screen', async () => {
  const piped = inShell(
    `echo in | $RUN 'read x; echo $x; test -t 1 && stty size <&1; test -t 0 || echo piped; echo $K; exit 5'; echo $?`,
  );
  await piped.ended;
  expect(piped.shown).toBe('in\r\n30 100\r\npiped\r\n********\r\n5\r\n');
  const file = join(vault.folder, 'errors.log');
  const logged = inShell(`$RUN 'test -t 1 && echo screen; test -t 2 || echo e$K >&2' 2>${file}`);
  await logged.ended;
  expect(logged.shown).toBe('screen\r\n');
  expect(readFileSync(file, 'utf8')).toBe('e********\n');
});

test('all of a long output arrives, in its order', async () => {
  const screen = onScreen('seq 1 100000; echo "$K"');
  expect(await screen.ended).toBe(0);
  const lines = screen.shown.split('\r\n');
  expect(lines).toHaveLength(100_002);
  expect(lines.at(-3)).toBe('100000');
  expect(lines.at(-2)).toBe('********');
});

test('a program that is not there or is none has the codes that shells give', async () => {
  for (const [program, code] of [
    ['no-such-program', 127],
    [join(vault.folder, 'kit.txt'), 126],
  ] as const) {
    const screen = new Screen(KEYHARBOR, ['run', '--env', 'K=kh://openai/work', '--', program], vault.env);
    expect(await screen.ended).toBe(code);
  }
});

test('without the package for terminals the output is masked all the same, and it is said once', () => {
  // The launcher's own way to the build, but from a folder that has no node_modules above it.
  const copy = spawnSync('cp', ['-r', 'out', vault.folder]);
  expect(copy.status).toBe(0);
  const line = `${process.execPath} ${join(vault.folder, 'out/cli/main.cjs')} ${RUN.join(' ')} 'test -t 1 || echo piped; echo $K'`;
  const shown = spawnSync('script', ['-qec', line, '/dev/null'], {
    env: { ...vault.env, SHELL: '/bin/sh' },
    encoding: 'utf8',
  });
  expect(shown.stdout).toMatch(/^piped\r\n\*{8}\r\nkeyharbor: .*did not see a terminal/);
});
