import { Socket } from 'node:net';
import type { AccessAnswer, AccessRequest } from '../../shared/contract/access.ts';
import { type CallerFacts, type Evidence, UNKNOWN_CALLER } from '../../electron/core/evidence/evidence.ts';
import type { Peer } from '../../electron/core/evidence/peer.ts';
import type { ProcessFacts } from '../../electron/core/evidence/process-facts.ts';
import type { Shell } from '../../electron/core/seams.ts';

/** A panel that a test reads and answers. */
export class TestPanel implements NonNullable<Shell['approvals']> {
  /** What lies before the owner now, oldest first. */
  readonly open: AccessRequest[] = [];
  /** How many were ever shown. */
  shown = 0;
  #hear: (id: string, answer: AccessAnswer) => void = () => undefined;

  show(request: AccessRequest): void {
    this.shown += 1;
    this.open.push(request);
  }

  withdraw(id: string): void {
    const at = this.open.findIndex((request) => request.id === id);
    if (at >= 0) this.open.splice(at, 1);
  }

  onAnswer(listener: (id: string, answer: AccessAnswer) => void): () => void {
    this.#hear = listener;
    return () => undefined;
  }

  /** Answers the oldest. */
  answer(answer: AccessAnswer): void {
    const [oldest] = this.open;
    if (oldest === undefined) throw new Error('nothing is asked');
    this.#hear(oldest.id, answer);
  }
}

/** A process as the system would tell of it. */
export function processFacts(given: Partial<ProcessFacts> & Pick<ProcessFacts, 'pid'>): ProcessFacts {
  return {
    parent: 1,
    session: 100,
    startedAt: `${given.pid}00`,
    executable: '/usr/bin/tool',
    argv: ['tool'],
    commandLine: 'tool',
    workingFolder: '/srv/project',
    ...given,
  };
}

/** What a test says of the processes behind sockets. */
export class TestEvidence implements Evidence {
  readonly #facts = new WeakMap<Socket, CallerFacts>();
  looks = 0;

  /** A connection of a process: `processes` are it and its parents. */
  peer(processes: readonly ProcessFacts[], given: Partial<CallerFacts> = {}): Peer {
    const socket = this.socket(processes, given);
    return { socket, statedPid: null, program: 'keyharbor' };
  }

  socket(processes: readonly ProcessFacts[], given: Partial<CallerFacts> = {}): Socket {
    const socket = new Socket();
    const [first] = processes;
    this.#facts.set(socket, {
      processes,
      source: 'peer',
      program: first ?? null,
      folder: first?.workingFolder ?? null,
      session: first === undefined ? null : `session ${first.session}`,
      ...given,
    });
    return socket;
  }

  ofSocket(socket: Socket): Promise<CallerFacts> {
    this.looks += 1;
    return Promise.resolve(this.#facts.get(socket) ?? UNKNOWN_CALLER);
  }

  ofPeer(peer: Peer): Promise<CallerFacts> {
    return this.ofSocket(peer.socket);
  }
}
