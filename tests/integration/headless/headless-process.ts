import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { MethodName } from '../../../shared/contract/methods.ts';
import { type AgentFile, agentFile } from '../../../shared/wire.ts';
import { type Line, WireClient } from '../../unit/rpc/wire-client.ts';

const MAIN = join(import.meta.dirname, '../../../electron/hosts/headless/main.ts');

/** The real agent in a process of its own, with no keychain within reach. */
export class HeadlessProcess {
  readonly home: string;
  readonly child: ChildProcessWithoutNullStreams;
  /** Everything it said so far. */
  output = '';
  errors = '';
  /** The first line on stdout, or null when it ended without one. */
  readonly greeting: Promise<string | null>;
  readonly ended: Promise<{ readonly status: number | null; readonly signal: string | null }>;

  /** @param imported - a module that runs in it before its own, and what that is told in the environment. */
  constructor(
    home: string,
    args: readonly string[] = [],
    stdin: string | null = null,
    imported: { readonly file: string; readonly env: Readonly<Record<string, string>> } | null = null,
  ) {
    this.home = home;
    const before = imported === null ? [] : ['--import', imported.file];
    this.child = spawn(process.execPath, [...before, MAIN, ...args], {
      cwd: '/',
      env: {
        ...imported?.env,
        HOME: home,
        PATH: process.env['PATH'],
        KEYHARBOR_HOME: home,
        TMPDIR: process.env['TMPDIR'],
      },
    });
    this.child.stdin.end(stdin ?? '');
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.errors += text;
    });
    this.ended = new Promise((resolve) => {
      this.child.once('close', (status, signal) => resolve({ status, signal }));
    });
    this.greeting = new Promise((resolve) => {
      const lines = createInterface(this.child.stdout);
      lines.on('line', (line) => {
        this.output += `${line}\n`;
        resolve(line);
      });
      void this.ended.then(() => resolve(null));
    });
  }

  get agentFile(): AgentFile {
    return agentFile.parse(JSON.parse(readFileSync(join(this.home, 'run/agent.json'), 'utf8')));
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async connect(): Promise<AgentCaller> {
    const caller = new AgentCaller(this.agentFile.socket);
    await caller.greeted;
    return caller;
  }
}

/** Asks one thing at a time. */
export class AgentCaller {
  readonly wire: WireClient;
  readonly greeted: Promise<Line | null>;
  #id = 0;

  constructor(path: string) {
    this.wire = new WireClient(path);
    this.wire.send(WireClient.hello());
    this.greeted = this.wire.next();
  }

  /** The answer's result; an error comes back as `{ error }`. */
  async ask(method: MethodName, params: unknown = {}): Promise<Readonly<Record<string, unknown>>> {
    this.wire.send(WireClient.request(++this.#id, method, params));
    const line = await this.wire.next();
    if (line === null) throw new Error('the connection ended');
    return ('result' in line ? line['result'] : line) as Readonly<Record<string, unknown>>;
  }

  close(): void {
    this.wire.close();
  }
}
