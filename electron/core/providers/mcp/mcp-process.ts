import { type ChildProcess, spawn } from 'node:child_process';
import { homedir } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { ReadBuffer, serializeMessage } from '@modelcontextprotocol/sdk/shared/stdio.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';

const MAX_MESSAGE_BYTES = 1024 * 1024;
/** How long a server may take to end by itself after its input was closed, and again after SIGTERM. */
const GRACE_MS = 250;

/** What programs commonly cannot do without. Nothing else of our environment is handed on: it may hold secrets. */
const INHERITED =
  process.platform === 'win32'
    ? [
        'APPDATA',
        'HOMEDRIVE',
        'HOMEPATH',
        'LOCALAPPDATA',
        'PATH',
        'PATHEXT',
        'PROGRAMDATA',
        'PROGRAMFILES',
        'SYSTEMDRIVE',
        'SYSTEMROOT',
        'TEMP',
        'TMP',
        'USERNAME',
        'USERPROFILE',
      ]
    : ['HOME', 'LANG', 'LOGNAME', 'PATH', 'SHELL', 'TMPDIR', 'USER'];

function minimalEnvironment(own: ReadonlyMap<string, string>): Record<string, string> {
  const inherited = INHERITED.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries([...inherited, ...own]);
}

export type ProcessEnd =
  | { readonly kind: 'not_started'; readonly why: 'not_found' | 'not_allowed' | 'other' }
  | { readonly kind: 'ended'; readonly code: number | null };

/**
 * An MCP server as a child process, one JSON-RPC message a line. It runs only because the owner added a credential with
 * this command (from a window: said yes to it by name) and asked for a test of it. No shell reads the command.
 */
export class McpProcess implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: Transport['onmessage'];
  protocolVersion: string | undefined;
  /** How it ended, by itself or by `close`. */
  readonly ended: Promise<ProcessEnd>;
  readonly #child: ChildProcess;
  readonly #input: Writable;
  #closing: Promise<void> | null = null;

  constructor(command: string, args: readonly string[], environment: ReadonlyMap<string, string>) {
    const child = spawn(command, args, {
      cwd: homedir(),
      env: minimalEnvironment(environment),
      shell: false,
      // What it writes there could hold secrets, and nobody reads it.
      stdio: ['pipe', 'pipe', 'ignore'],
      // A group of its own, so that what it starts can be ended with it.
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    this.#child = child;
    this.#input = child.stdin;
    this.#input.on('error', () => undefined); // it ended: told by `ended`
    this.ended = new Promise((resolve) => {
      child.once('error', (error: NodeJS.ErrnoException) => {
        const why = error.code === 'ENOENT' ? 'not_found' : error.code === 'EACCES' ? 'not_allowed' : 'other';
        resolve({ kind: 'not_started', why });
      });
      child.once('exit', (code) => resolve({ kind: 'ended', code }));
    });
    void this.ended.then(() => this.onclose?.());
    this.#read(child.stdout);
  }

  #read(output: Readable): void {
    const buffer = new ReadBuffer({ maxBufferSize: MAX_MESSAGE_BYTES });
    output.on('error', () => undefined);
    output.on('data', (chunk: Buffer) => {
      try {
        buffer.append(chunk);
      } catch {
        this.#kill('SIGKILL'); // a line without end
        return;
      }
      for (;;) {
        try {
          const message = buffer.readMessage();
          if (message === null) return;
          this.onmessage?.(message);
        } catch {
          // A line that is no message, such as a greeting meant for people, is passed over.
        }
      }
    });
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  setProtocolVersion(version: string): void {
    this.protocolVersion = version;
  }

  send(message: JSONRPCMessage): Promise<void> {
    return new Promise((resolve) => {
      if (!this.#input.writable) return resolve();
      this.#input.write(serializeMessage(message), () => resolve());
    });
  }

  /** Ends it and everything it started: closed input first (as MCP wants it), then SIGTERM, then SIGKILL. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  /** At once, without asking it. */
  kill(): void {
    this.#kill('SIGKILL');
  }

  async #end(): Promise<void> {
    this.#input.end();
    if (!(await this.#endsWithin(GRACE_MS))) {
      this.#kill('SIGTERM');
      await this.#endsWithin(GRACE_MS);
    }
    // Also when it ended by itself: what it started may still be there.
    this.#kill('SIGKILL');
    await this.ended;
  }

  async #endsWithin(ms: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), ms);
    });
    const inTime = await Promise.race([this.ended.then(() => true), late]);
    clearTimeout(timer);
    return inTime;
  }

  #kill(signal: 'SIGTERM' | 'SIGKILL'): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    if (process.platform === 'win32') {
      if (this.#child.exitCode === null) spawn('taskkill', ['/pid', String(pid), '/t', '/f'], { windowsHide: true });
      return;
    }
    try {
      process.kill(-pid, signal);
    } catch {
      // Nobody of the group is left.
    }
  }
}
