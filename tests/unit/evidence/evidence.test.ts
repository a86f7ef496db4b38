import { type ChildProcess, spawn } from 'node:child_process';
import { on, once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import {
  isWithin,
  programName,
  shownEvidence,
  systemEvidence,
  UNKNOWN_CALLER,
} from '../../../electron/core/evidence/evidence.ts';
import { readAncestry, readProcess } from '../../../electron/core/evidence/process-facts.ts';
import { otherEnd } from '../../../electron/core/evidence/unix-peer.ts';
import { processFacts } from '../../support/test-panel.ts';

/** Only Linux tells; elsewhere the same calls must say that nothing is known. */
const LINUX = process.platform === 'linux';
const SECRET = ['never', 'shown', '8231'].join('');

function folder(): string {
  const made = realpathSync(mkdtempSync(join(tmpdir(), 'kh evidence 2 -')));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** A process of its own that connects and waits. */
function connect(to: string | number, cwd: string, host?: string): ChildProcess {
  const where = typeof to === 'number' ? `{ port: ${to}, host: ${JSON.stringify(host)} }` : JSON.stringify(to);
  const script = `require('node:net').connect(${where}).on('close', () => process.exit())`;
  const child = spawn(process.execPath, ['-e', script, '--', `--api-key=${SECRET}`], {
    cwd,
    stdio: 'ignore',
    detached: true,
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function listening(
  server: Server,
  where: string | { readonly port: number; readonly host: string },
): Promise<Server> {
  server.listen(where);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return server;
}

/** The next `count` connections. */
async function accepted(server: Server, count = 1): Promise<readonly Socket[]> {
  const sockets: Socket[] = [];
  for await (const [socket] of on(server, 'connection') as AsyncIterable<[Socket]>) {
    socket.on('error', () => undefined);
    onTestFinished(() => void socket.destroy());
    sockets.push(socket);
    if (sockets.length === count) break;
  }
  return sockets;
}

async function oneAccepted(server: Server): Promise<Socket> {
  const [socket] = await accepted(server);
  if (socket === undefined) throw new Error('nobody came');
  return socket;
}

test.runIf(LINUX)('a process on the agent socket is found by its connection, whatever it says of itself', async () => {
  const cwd = folder();
  mkdirSync(join(cwd, '.git'));
  mkdirSync(join(cwd, 'src'));
  const path = join(cwd, 'a b 7.sock');
  const server = await listening(createServer(), path);
  const [first, second] = [connect(path, join(cwd, 'src')), connect(path, cwd)];
  const sockets = await accepted(server, 2);
  const evidence = systemEvidence();
  const facts = await Promise.all(
    sockets.map((socket) => evidence.ofPeer({ socket, statedPid: process.pid, program: 'tool' })),
  );
  const byPid = new Map(facts.map((each) => [each.processes[0]?.pid, each]));
  expect([...byPid.keys()].sort()).toEqual([first.pid, second.pid].sort());
  const found = byPid.get(first.pid);
  expect(found).toMatchObject({ source: 'peer', folder: cwd });
  expect(found?.program?.executable).toBe(realpathSync(process.execPath));
  expect(found?.processes[1]?.pid).toBe(process.pid);
  expect(found?.session).toMatch(new RegExp(`^session ${first.pid} [0-9]+$`)); // detached: a session of its own
  const shown = JSON.stringify(found === undefined ? null : shownEvidence(found));
  expect(shown).toContain(join(cwd, 'src'));
  expect(shown).not.toContain(SECRET);
});

test.runIf(LINUX).each([
  ['127.0.0.1', '127.0.0.1'],
  ['::1', '::1'],
  ['127.0.0.1', '::ffff:127.0.0.1'],
])('clients of the endpoint on %s that connect to %s are found by their connections', async (host, to) => {
  const server = await listening(createServer(), { port: 0, host });
  const { port } = server.address() as { readonly port: number };
  const children = [connect(port, folder(), to), connect(port, folder(), to)];
  const facts = await Promise.all((await accepted(server, 2)).map((socket) => systemEvidence().ofSocket(socket)));
  expect(facts.map(({ source }) => source)).toEqual(['peer', 'peer']);
  expect(facts.map(({ processes }) => processes[0]?.pid).sort()).toEqual(children.map(({ pid }) => pid).sort());
});

test('where the connection is gone the stated process is shown, marked as stated, never as seen', async () => {
  const path = join(folder(), 's');
  const server = await listening(createServer(), path);
  const child = connect(path, tmpdir());
  const socket = await oneAccepted(server);
  socket.destroy();
  await once(socket, 'close');
  const stated = await systemEvidence().ofPeer({ socket, statedPid: child.pid ?? null, program: 'tool' });
  expect(stated.source).toBe('stated');
  expect(stated.session).toMatch(/^stated /);
  const nothing = await systemEvidence().ofPeer({ socket: socket, statedPid: null, program: 'tool' });
  expect(nothing).toMatchObject({ processes: [], session: null, program: null, folder: null });
});

test.runIf(LINUX)('our command line and the shell around one command are not the program that asks', async () => {
  const path = join(folder(), 's');
  const server = await listening(createServer(), path);
  const script = `require('node:net').connect(${JSON.stringify(path)}).on('close', () => process.exit())`;
  const shell = spawn('sh', ['-c', `"$0" -e "$1"; :`, process.execPath, script], { stdio: 'ignore' });
  onTestFinished(() => void shell.kill('SIGKILL'));
  const socket = await oneAccepted(server);
  const ours = await systemEvidence().ofPeer({ socket, statedPid: null, program: 'keyharbor' });
  expect(
    ours.processes
      .slice(0, 3)
      .map(({ pid }) => pid)
      .slice(1),
  ).toEqual([shell.pid, process.pid]);
  expect(ours.program?.pid).toBe(process.pid);
  const theirs = await systemEvidence().ofPeer({ socket, statedPid: null, program: 'other' });
  expect(theirs.program?.pid).toBe(theirs.processes[0]?.pid);
});

test.runIf(LINUX)('a folder is a project’s or its own, and never one that holds everything', async () => {
  const root = folder();
  const home = join(root, 'homes', 'me');
  const plain = join(home, 'notes', 'today');
  const source = join(home, 'tool', 'src', 'deep');
  const neighbour = join(root, 'homes', 'you');
  for (const path of [plain, source, neighbour]) mkdirSync(path, { recursive: true });
  writeFileSync(join(home, 'tool', 'pyproject.toml'), '');
  mkdirSync(join(home, '.git')); // the settings of a whole home, as some people keep them
  symlinkSync(join(root, 'homes'), join(root, 'linked'));
  const server = await listening(createServer(), join(root, 's'));
  const foundIn = async (cwd: string, asHome: string): Promise<string | null> => {
    const socket = oneAccepted(server);
    connect(join(root, 's'), cwd);
    const peer = { socket: await socket, statedPid: null, program: 'tool' };
    vi.stubEnv('HOME', asHome);
    try {
      return (await systemEvidence().ofPeer(peer)).folder;
    } finally {
      vi.unstubAllEnvs();
    }
  };
  for (const asHome of [home, join(root, 'linked', 'me')]) {
    expect(await foundIn(home, asHome)).toBeNull();
    expect(await foundIn(neighbour, asHome)).toBeNull();
    expect(await foundIn(plain, asHome)).toBe(plain);
    expect(await foundIn(source, asHome)).toBe(join(home, 'tool'));
  }
  expect(await foundIn('/', home)).toBeNull();
});

test('a person is shown the process and its nearest parents, eight in all', () => {
  const processes = Array.from({ length: 12 }, (_, at) => processFacts({ pid: 100 - at }));
  const shown = shownEvidence({ ...UNKNOWN_CALLER, source: 'peer', processes });
  expect(shown.map(({ pid }) => pid)).toEqual([100, 99, 98, 97, 96, 95, 94, 93]);
});

test('a process that is not ours, or not there, tells nothing', async () => {
  expect(await readProcess(0)).toBeNull();
  expect(await readProcess(-1)).toBeNull();
  expect(await readProcess(2 ** 30)).toBeNull();
  if (process.getuid?.() !== 0) expect(await readProcess(1)).toBeNull();
});

test.runIf(LINUX && process.getuid?.() === 0)('nor does one of another user, to root either', async () => {
  const other = spawn('sleep', ['1000'], { uid: 65534, stdio: 'ignore', cwd: '/' });
  onTestFinished(() => void other.kill('SIGKILL'));
  await once(other, 'spawn');
  expect(await readProcess(other.pid ?? 0)).toBeNull();
});

test.runIf(LINUX)('parents are followed as far as asked, and no further', async () => {
  const chain = await readAncestry(process.pid, 2);
  expect(chain[0]?.pid).toBe(process.pid);
  expect(chain.length).toBeLessThanOrEqual(2);
  const whole = await readAncestry(process.pid, 1000);
  expect(whole.map(({ pid }) => pid)).not.toContain(1);
  expect(programName(chain[0] ?? { executable: null, argv: [] })).toMatch(/^node/);
});

test('the table of sockets is read by the numbers at its ends, not by names that anybody can choose', () => {
  const table = [
    'u_str ESTAB 0 0 /home/me/a 7 * 9/run/agent.sock 41 * 42 ',
    'u_str ESTAB 0 0 * 42 * 41 ',
    'u_str ESTAB 0 0 /tmp/ 77 * 78 51 * 52',
    'u_str LISTEN 0 0 /run/other 61 * 0',
  ].join('\n');
  expect(otherEnd(table, '41')).toBe('42');
  expect(otherEnd(table, '77')).toBeNull();
  expect(otherEnd(table, '99')).toBeNull();
});

test('a socket whose name holds a line break does not make one program look like another', () => {
  const real = 'u_str ESTAB 0 0 /run/agent.sock 41 * 42 \n';
  const forged = 'u_str ESTAB 0 0 /tmp/x\nu_str ESTAB 0 0 /run/agent.sock 41 * 99\n 77 * 78 \n';
  expect(otherEnd(forged + real, '41')).toBeNull();
  expect(otherEnd(real + forged, '41')).toBeNull();
  expect(otherEnd(real + real, '41')).toBe('42');
});

test.runIf(LINUX)('what PATH names "ss" is not asked', async () => {
  const cwd = folder();
  writeFileSync(join(cwd, 'ss'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  const server = await listening(createServer(), join(cwd, 's'));
  const accepting = oneAccepted(server);
  const child = connect(join(cwd, 's'), cwd);
  const peer = { socket: await accepting, statedPid: null, program: 'tool' };
  vi.stubEnv('PATH', `${cwd}:/usr/bin:/bin`);
  onTestFinished(() => void vi.unstubAllEnvs());
  expect((await systemEvidence().ofPeer(peer)).processes[0]?.pid).toBe(child.pid);
});

test.runIf(LINUX)('a process is told from its file, whatever its program calls itself', async () => {
  const program = join(folder(), 'a) R 7 8 9');
  symlinkSync('/bin/bash', program); // Node names itself anew
  const child = spawn(program, ['-c', 'echo up; read'], { detached: true });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  const [facts, ours] = await Promise.all([readProcess(child.pid ?? 0), readProcess(process.pid)]);
  expect(facts).toMatchObject({ parent: process.pid, session: child.pid });
  expect(Number(facts?.startedAt)).toBeGreaterThan(Number(ours?.startedAt));
});

test.runIf(LINUX)('a job of a terminal belongs to the session of its shell', async () => {
  const shell = spawn('bash', ['-c', 'set -m; sleep 1000 & echo $!; wait'], { detached: true });
  const [line] = (await once(shell.stdout, 'data')) as [Buffer];
  const job = Number(line.toString());
  onTestFinished(() => {
    process.kill(job, 'SIGKILL');
    shell.kill('SIGKILL');
  });
  expect(await readProcess(job)).toMatchObject({ parent: shell.pid, session: shell.pid });
});

test('a folder holds what lies in it, and not what begins like it', () => {
  expect(isWithin('/srv/project', '/srv/project')).toBe(true);
  expect(isWithin('/srv/project/src', '/srv/project')).toBe(true);
  expect(isWithin('/srv/project-2', '/srv/project')).toBe(false);
  expect(isWithin('/srv', '/srv/project')).toBe(false);
  expect(isWithin(null, '/srv/project')).toBe(false);
  expect(isWithin('/srv', '/')).toBe(true);
});
