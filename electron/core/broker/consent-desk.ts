import { randomBytes } from 'node:crypto';
import type { AccessAnswer, AccessCaller, AccessRequest, AccessWant } from '../../../shared/contract/access.ts';
import { AppError } from '../../../shared/errors.ts';
import type { Emit } from '../events.ts';
import type { Clock } from '../seams.ts';
import { toTimestamp } from '../credentials/expiry.ts';
import { Denials } from './denials.ts';

export const ANSWER_WITHIN_MS = 60_000;
/** What one caller asks for within this time is one question. */
export const GATHER_MS = 50;
/** Time to read: a yes within it was meant for something else. */
export const ACCEPT_AFTER_MS = 700;
export const MAX_SHOWN = 3;
const MAX_WAITING = 32;
const MAX_WANTS = 64;

export type Yes = Exclude<AccessAnswer, 'deny'>;

/** A question to the owner. `subject` is what the asker needs to make a grant of the answer. */
export interface Question<Subject> {
  /** One caller has one prompt open at most; names a client, or a session of programs. */
  readonly callerKey: string;
  readonly caller: AccessCaller;
  readonly wants: readonly AccessWant[];
  readonly reason: string;
  readonly folder: string | null;
  readonly answers: readonly AccessAnswer[];
  readonly subject: Subject;
  /** The asker is gone. */
  readonly signal: AbortSignal;
  /** Called once the question is put. */
  readonly asked?: (() => void) | undefined;
}

export interface Answered<Subject> {
  readonly request: AccessRequest;
  readonly subject: Subject;
  readonly answer: AccessAnswer;
  /** `ui`, `cli`, or `system` for time that ran out. */
  readonly by: 'ui' | 'cli' | 'system';
}

export interface ConsentDeskDeps<Subject> {
  readonly clock: Clock;
  readonly emit: Emit;
  /** Puts a request before the owner, and takes it away. */
  readonly show: (request: AccessRequest) => void;
  readonly withdraw: (id: string) => void;
  /** Keeps what was answered, before any asker goes on. What it throws is what they all get. */
  readonly answered: (answered: Answered<Subject>) => void;
}

interface Waiter {
  readonly wants: readonly string[];
  readonly resolve: (answer: Yes) => void;
  readonly reject: (error: Error) => void;
  readonly stopListening: () => void;
}

interface Pending<Subject> {
  readonly id: string;
  readonly question: Question<Subject>;
  readonly wants: Map<string, AccessWant>;
  readonly waiters: Set<Waiter>;
  readonly askedAtMs: number;
  stage: 'gathering' | 'waiting' | 'shown';
  shownAtMs: number;
  /** As it was shown. */
  request: AccessRequest | null;
  stopTimer: () => void;
}

const wantKey = ({ credentialId, form }: AccessWant): string => `${credentialId ?? 'owner'} ${form}`;

/**
 * Where questions to the owner wait (SECURITY-DESIGN.md section 7, "Consent"): one prompt for what a caller asks at once,
 * one open prompt a caller and three in all, equal questions share one answer, 60 seconds are a no, and whoever asked is
 * always told.
 */
export class ConsentDesk<Subject> {
  readonly #deps: ConsentDeskDeps<Subject>;
  readonly #denials: Denials;
  /** In the order they came. */
  readonly #pending = new Map<string, Pending<Subject>>();

  constructor(deps: ConsentDeskDeps<Subject>) {
    this.#deps = deps;
    this.#denials = new Denials(deps.clock);
  }

  /** What lies before the owner now. */
  shown(): AccessRequest[] {
    return [...this.#pending.values()].flatMap(({ request }) => (request === null ? [] : [request]));
  }

  /** @throws AppError `forbidden` where this caller may not ask for that now. */
  check(callerKey: string, wants: readonly AccessWant[]): void {
    this.#denials.check(callerKey, wants.map(wantKey));
  }

  /** Settles within two minutes. Rejects with `forbidden` for a no, `vault_locked` when the vault locks meanwhile. */
  async ask(question: Question<Subject>): Promise<Yes> {
    if (question.signal.aborted) throw askerGone();
    this.check(question.callerKey, question.wants);
    const pending = this.#sharing(question) ?? this.#add(question);
    if (pending.stage !== 'shown') for (const want of question.wants) pending.wants.set(wantKey(want), want);
    question.asked?.();
    return new Promise<Yes>((resolve, reject) => {
      const gone = (): void => this.#leave(pending, waiter);
      question.signal.addEventListener('abort', gone, { once: true });
      const waiter: Waiter = {
        wants: question.wants.map(wantKey),
        resolve,
        reject,
        stopListening: () => question.signal.removeEventListener('abort', gone),
      };
      pending.waiters.add(waiter);
    });
  }

  /**
   * The owner's word. An answer that came too late, is not offered, or is a yes before it could be read changes nothing.
   * @returns whether it counted; `too-early` for a yes that could not have been read.
   */
  answer(id: string, answer: AccessAnswer, by: Answered<Subject>['by']): 'counted' | 'unknown' | 'too-early' {
    const pending = this.#pending.get(id);
    if (pending?.request == null || !pending.request.answers.includes(answer)) return 'unknown';
    const readMs = this.#deps.clock.monotonic() - pending.shownAtMs;
    if (answer !== 'deny' && readMs < ACCEPT_AFTER_MS) return 'too-early';
    this.#settle(pending, pending.request, answer, by);
    return 'counted';
  }

  /** Takes back the questions that `concerns` is true for: their askers get `error`. */
  withdraw(concerns: (question: Question<Subject>) => boolean, error: () => AppError): void {
    for (const pending of [...this.#pending.values()]) {
      if (!concerns(pending.question)) continue;
      this.#remove(pending, false);
      for (const waiter of pending.waiters) {
        waiter.stopListening();
        waiter.reject(error());
      }
    }
    this.#showNext();
  }

  /** An equal question that was put already, or one of the same caller that nobody has seen yet. */
  #sharing(question: Question<Subject>): Pending<Subject> | undefined {
    const wants = question.wants.map(wantKey);
    return [...this.#pending.values()].find((pending) => {
      if (pending.question.callerKey !== question.callerKey) return false;
      const fits = pending.question.reason === question.reason && pending.question.folder === question.folder;
      const added = wants.filter((want) => !pending.wants.has(want)).length;
      return pending.stage === 'shown' ? added === 0 : fits && pending.wants.size + added <= MAX_WANTS;
    });
  }

  #add(question: Question<Subject>): Pending<Subject> {
    const { clock } = this.#deps;
    if (this.#pending.size >= MAX_WAITING) throw tooMany();
    const pending: Pending<Subject> = {
      id: randomBytes(8).toString('hex'),
      question,
      wants: new Map(),
      waiters: new Set(),
      askedAtMs: clock.now(),
      stage: 'gathering',
      shownAtMs: 0,
      request: null,
      stopTimer: () => undefined,
    };
    this.#pending.set(pending.id, pending);
    pending.stopTimer = clock.after(GATHER_MS, () => {
      pending.stage = 'waiting';
      pending.stopTimer = clock.after(ANSWER_WITHIN_MS, () => this.#runOut(pending));
      this.#showNext();
    });
    return pending;
  }

  #showNext(): void {
    const all = [...this.#pending.values()];
    const shown = all.filter(({ stage }) => stage === 'shown');
    const busy = new Set(shown.map(({ question }) => question.callerKey));
    let room = MAX_SHOWN - shown.length;
    for (const pending of all) {
      if (room === 0) return;
      if (pending.stage !== 'waiting' || busy.has(pending.question.callerKey)) continue;
      busy.add(pending.question.callerKey);
      room -= 1;
      this.#show(pending);
    }
  }

  #show(pending: Pending<Subject>): void {
    const { clock, show, emit } = this.#deps;
    const { caller, reason, folder, answers } = pending.question;
    pending.stage = 'shown';
    pending.shownAtMs = clock.monotonic();
    pending.stopTimer();
    pending.stopTimer = clock.after(ANSWER_WITHIN_MS, () => this.#runOut(pending));
    pending.request = {
      id: pending.id,
      askedAt: toTimestamp(pending.askedAtMs),
      expiresAt: toTimestamp(clock.now() + ANSWER_WITHIN_MS),
      caller,
      wants: [...pending.wants.values()],
      reason,
      folder,
      answers: [...answers],
    };
    emit({ event: 'access.requested', data: pending.request });
    show(pending.request);
  }

  #runOut(pending: Pending<Subject>): void {
    if (!this.#pending.has(pending.id)) return;
    if (pending.request === null) {
      // It stood behind others for a minute: nobody said no to it.
      this.#remove(pending, false);
      for (const waiter of pending.waiters) this.#reject(waiter, tooMany());
      return;
    }
    this.#settle(pending, pending.request, 'deny', 'system');
  }

  #settle(pending: Pending<Subject>, request: AccessRequest, answer: AccessAnswer, by: Answered<Subject>['by']): void {
    const { callerKey, subject } = pending.question;
    let failure: unknown = null;
    this.#remove(pending, answer !== 'deny');
    if (answer === 'deny') this.#denials.denied(callerKey, pending.wants.keys());
    else this.#denials.allowed(callerKey);
    try {
      this.#deps.answered({ request, subject, answer, by });
    } catch (error) {
      failure = error;
    }
    for (const waiter of pending.waiters) {
      if (answer === 'deny') this.#reject(waiter, by === 'system' ? notAnswered() : denied());
      else if (failure !== null) this.#reject(waiter, asAppError(failure));
      else {
        waiter.stopListening();
        waiter.resolve(answer);
      }
    }
    this.#showNext();
  }

  #leave(pending: Pending<Subject>, waiter: Waiter): void {
    if (!pending.waiters.delete(waiter)) return;
    waiter.reject(askerGone());
    if (pending.waiters.size > 0 || !this.#pending.has(pending.id)) return;
    this.#remove(pending, false);
    this.#showNext();
  }

  #remove(pending: Pending<Subject>, granted: boolean): void {
    pending.stopTimer();
    this.#pending.delete(pending.id);
    if (pending.request === null) return;
    this.#deps.withdraw(pending.id);
    this.#deps.emit({ event: 'access.settled', data: { id: pending.id, granted } });
  }

  #reject(waiter: Waiter, error: AppError): void {
    waiter.stopListening();
    waiter.reject(error);
  }
}

const GRANT_INSTEAD =
  'A grant needs no question: the owner can make a client that has it with "keyharbor client add NAME --grant GRANT".';

function denied(): AppError {
  return new AppError('forbidden', 'The owner said no. Nothing was handed out.', GRANT_INSTEAD);
}

function notAnswered(): AppError {
  return new AppError(
    'forbidden',
    'The owner was asked and did not answer in time. Nothing was handed out.',
    GRANT_INSTEAD,
  );
}

function tooMany(): AppError {
  return new AppError(
    'forbidden',
    'Too many questions wait for the owner already, so this one was not put. Nothing was handed out.',
    'Try again when they are answered.',
  );
}

const askerGone = (): AppError => new AppError('forbidden', 'The question was withdrawn: who asked is gone.');

function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError('internal', 'The answer could not be kept, so it does not count. Nothing was handed out.', '', {
    cause: error,
  });
}
