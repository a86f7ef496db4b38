import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Protocol } from 'devtools-protocol/types/protocol.js';
import { browserFlags } from './browser-flags.ts';
import { CdpPipe, type CdpSession } from './cdp-pipe.ts';
import { makeProfile, profileEnvironment, removeProfile } from './profile.ts';

type TargetInfo = Protocol.Target.TargetInfo;

export interface BrowserOptions {
  readonly executable: string;
  readonly env: NodeJS.ProcessEnv;
  /** What the first window shows before our page is there. */
  readonly url: string;
  readonly width: number;
  readonly height: number;
}

/** Whether a target that just appeared is one that was asked for; who says yes takes care of it. */
export type Claim = (target: TargetInfo, session: CdpSession) => boolean;

const PATIENCE_MS = 5_000;
const LAST_WRITES_MS = 500;
const KILLED = -1;
const PIPES = ['pipe', 'pipe'] as const;

/**
 * The browser we started, and the one connection to it. Whatever appears in it without being claimed (a pop-up, a
 * worker, a window that somebody opened) is closed before it runs.
 */
export class BrowserProcess {
  readonly cdp: CdpPipe;
  /** Resolves with the exit code (-1: killed, or never started) once the process is gone and its profile removed. */
  readonly ended: Promise<number>;
  readonly #options: BrowserOptions;
  readonly profile: string;
  readonly #child: ChildProcess;
  readonly #claims = new Set<Claim>();

  constructor(options: BrowserOptions) {
    this.#options = options;
    this.profile = makeProfile();
    this.#child = this.#spawn(options.url, true);
    const [, , , toBrowser, fromBrowser] = this.#child.stdio;
    this.cdp = new CdpPipe(toBrowser as Writable, fromBrowser as Readable);
    this.ended = new Promise<number>((resolve) => {
      this.#child.once('exit', (code) => resolve(code ?? KILLED));
      this.#child.once('error', () => resolve(KILLED));
    }).then(async (code) => {
      removeProfile(this.profile);
      if (code !== KILLED) return code;
      // Its other processes notice a little later, and one of them may just have written a file again.
      await new Promise((resolve) => setTimeout(resolve, LAST_WRITES_MS));
      removeProfile(this.profile);
      return code;
    });
    // A browser that lost its pipe ends by itself; one that does not is of no use to anybody.
    void this.cdp.closed.then(() => setTimeout(() => this.#child.kill('SIGKILL'), PATIENCE_MS).unref());
    this.cdp.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      const session = this.cdp.session(sessionId);
      if (![...this.#claims].some((claim) => claim(targetInfo, session))) this.#close(targetInfo, session);
    });
  }

  /** Begins to watch targets, the window that is already there among them. */
  async watch(): Promise<void> {
    await Promise.all([
      this.cdp.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: true, flatten: true }),
      this.cdp.send('Browser.setDownloadBehavior', { behavior: 'deny' }),
    ]);
  }

  /** Returns how to withdraw the claim. */
  claim(claim: Claim): () => void {
    this.#claims.add(claim);
    return () => this.#claims.delete(claim);
  }

  /**
   * Opens another app window of the same browser. A second start with the same profile hands its command line to the
   * first and ends; the protocol itself can open only windows with tabs and an address field.
   */
  openWindow(url: string): void {
    this.#spawn(url, false).once('error', () => undefined);
  }

  closeTarget(targetId: string): void {
    this.cdp.send('Target.closeTarget', { targetId }).catch(() => undefined); // gone already
  }

  /** Asks the browser to end; kills it when it does not. */
  async close(): Promise<void> {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), PATIENCE_MS);
    await this.cdp.send('Browser.close').catch(() => undefined);
    await this.ended;
    clearTimeout(timer);
  }

  #close({ targetId, type }: TargetInfo, session: CdpSession): void {
    this.closeTarget(targetId);
    // A pop-up shares its thread with our page, which would stand still as long as the pop-up waits.
    if (type === 'page') session.send('Runtime.runIfWaitingForDebugger').catch(() => undefined);
  }

  #spawn(url: string, piped: boolean): ChildProcess {
    const { executable, env, width, height } = this.#options;
    const withoutSandbox = process.platform === 'linux' && process.getuid?.() === 0;
    const flags = browserFlags({ profile: this.profile, url, width, height, piped, withoutSandbox });
    return spawn(executable, flags, {
      stdio: ['ignore', 'ignore', 'ignore', ...(piped ? PIPES : [])],
      env: { ...env, ...profileEnvironment(this.profile) },
    });
  }
}
