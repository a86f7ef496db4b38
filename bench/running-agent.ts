import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { Input, MethodName, Output } from '../shared/contract/methods.ts';
import { methods } from '../shared/contract/methods.ts';
import { agentFile, CONTRACT_VERSION, wireResponse } from '../shared/wire.ts';

const ROOT = join(import.meta.dirname, '..');

/** A headless agent of our own in a temporary home, with an unlocked vault, asked over its socket. */
export class RunningAgent {
  readonly home: string;
  readonly #process: ChildProcess;
  readonly #socket: Socket;
  readonly #lines: AsyncIterator<string>;
  #id = 0;

  private constructor(home: string, process: ChildProcess, socket: Socket) {
    this.home = home;
    this.#process = process;
    this.#socket = socket;
    this.#lines = createInterface(socket)[Symbol.asyncIterator]();
  }

  /**
   * Starts the built agent where there is one, else the source. `node` flags go before the program.
   * @param kept - the home of one that was killed.
   */
  static async start(nodeFlags: readonly string[] = [], kept?: string): Promise<RunningAgent> {
    const home = kept ?? mkdtempSync(join(tmpdir(), 'kh-bench-'));
    const built = join(ROOT, 'out/main/headless.js');
    const program = existsSync(built) ? built : join(ROOT, 'electron/hosts/headless/main.ts');
    const env = { HOME: home, PATH: process.env['PATH'], KEYHARBOR_HOME: home };
    const agent = spawn(process.execPath, [...nodeFlags, program, '--no-endpoint'], {
      cwd: home,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const _greeting of createInterface(agent.stdout)) break;
    const { socket: path } = agentFile.parse(JSON.parse(readFileSync(join(home, 'run/agent.json'), 'utf8')));
    const socket = connect(path);
    const running = new RunningAgent(home, agent, socket);
    socket.write(`${JSON.stringify({ hello: { contract: CONTRACT_VERSION, client: 'bench' } })}\n`);
    await running.#lines.next();
    const password = ['correct', 'horse', 'battery', 'staple', '42'].join(' ');
    await running.ask(kept === undefined ? 'vault.create' : 'vault.unlock', { password });
    return running;
  }

  get pid(): number {
    return z.int().parse(this.#process.pid);
  }

  async ask<M extends MethodName>(method: M, params: Input<M>): Promise<Output<M>> {
    this.#id += 1;
    this.#socket.write(`${JSON.stringify({ id: this.#id, method, params })}\n`);
    const answer = wireResponse.parse(JSON.parse(z.string().parse((await this.#lines.next()).value)));
    if ('error' in answer) throw new Error(`${method}: ${answer.error.code}`);
    return methods[method].output.parse(answer.result) as Output<M>;
  }

  /** Ends the agent at once and leaves its home. */
  async kill(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGKILL');
    this.#socket.destroy();
    await ended;
  }

  /** Ends the agent and removes its home. */
  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#socket.destroy();
    this.#process.kill('SIGTERM');
    await ended;
    rmSync(this.home, { recursive: true, force: true });
  }
}
