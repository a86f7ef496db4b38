import type { AccessAnswer, AccessRequest } from '../../shared/contract/access.ts';

/**
 * The only seams that tests replace: time, places, the OS keychain and what a desktop can do.
 * Everything else in the core runs for real.
 */
export interface Clock {
  /** UTC epoch milliseconds. */
  now(): number;
  /** Milliseconds since this computer booted; not moved by setting the clock, zero again after a restart. */
  monotonic(): number;
  /** Calls `act` once after `ms`; the timer never keeps the process alive. Returns how to call it off. */
  after(ms: number, act: () => void): () => void;
}

/** Where things live in the home (PRODUCT.md): absolute paths, nothing is created by asking. */
export interface Paths {
  readonly home: string;
  readonly header: string;
  readonly headerBackup: string;
  readonly vaultDb: string;
  readonly usageDb: string;
  readonly writerLock: string;
  readonly unlockState: string;
  readonly auditPending: string;
  readonly settings: string;
  readonly backups: string;
  readonly logs: string;
  readonly run: string;
}

/** The OS keychain. Every call ends within 10 s; unreachable is another answer than absent. */
export interface Keychain {
  /** The name of what works here ("gnome-keyring", "macOS Keychain"), or null with the reason. */
  probe(): Promise<{ readonly name: string } | { readonly name: null; readonly reason: string }>;
  /** null: no such entry. Throws KeychainUnavailable when the keychain cannot be asked or is locked. */
  read(account: string): Promise<Buffer | null>;
  write(account: string, value: Buffer): Promise<void>;
  remove(account: string): Promise<void>;
}

export class KeychainUnavailable extends Error {}

export type SystemEvent = 'suspend' | 'resume' | 'screen-lock' | 'user-switch';

export interface Question {
  readonly title: string;
  readonly message: string;
  readonly detail: string;
  /** The verb on the accepting button; the other one is "Cancel" and is the default. */
  readonly accept: string;
}

/** What the core gets from its host. */
export interface Shell {
  readonly kind: 'desktop' | 'browser' | 'headless';
  /** What this host cannot do, for Settings: "global shortcut", "tray" … */
  readonly missing: readonly string[];
  notify(title: string, body: string): void;
  /**
   * Asks outside the page. False when it was declined, timed out or cannot be asked here, and when `signal` withdrew
   * it: the question is then gone from the screen.
   */
  confirm(question: Question, options?: { readonly signal: AbortSignal }): Promise<boolean>;
  /**
   * The panel on which the owner answers who asks for access; null where this host has none. `show` of an id that stands
   * there already changes nothing. `withdraw` takes a request off the panel without an answer.
   */
  readonly approvals: null | {
    show(request: AccessRequest): void;
    withdraw(id: string): void;
    onAnswer(listener: (id: string, answer: AccessAnswer) => void): () => void;
  };
  /** null where this host has no clipboard. Read gives null when it cannot be read. */
  readonly clipboard: {
    write(text: string): Promise<void>;
    read(): Promise<string | null>;
    clear(): Promise<void>;
  } | null;
  openLink(url: string): Promise<void>;
  /** Milliseconds since the last input anywhere in the session; null where the system does not tell. */
  systemIdleMs(): number | null;
  onSystemEvent(listener: (event: SystemEvent) => void): () => void;
}
