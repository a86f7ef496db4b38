import type { Socket } from 'node:net';
import type { AccessAnswer, AccessRequest } from '../../../shared/contract/access.ts';
import type { DeliveryForm } from '../../../shared/delivery.ts';
import { AppError } from '../../../shared/errors.ts';
import type { ResolvedCredential } from '../credentials/types.ts';
import type { VerifiedClient } from '../endpoint/clients.ts';
import { findClient } from '../endpoint/client-table.ts';
import type { VaultGate } from '../endpoint/deps.ts';
import type { Emit } from '../events.ts';
import { plainText } from '../evidence/command-line.ts';
import { type CallerFacts, type Evidence, shownEvidence, UNKNOWN_CALLER } from '../evidence/evidence.ts';
import type { Peer } from '../evidence/peer.ts';
import type { Clock, Shell } from '../seams.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import { AccessGrants } from './access-grants.ts';
import { ConsentDesk } from './consent-desk.ts';
import {
  clientKey,
  MAX_NAME,
  OWNER_WANT,
  programAnswers,
  programCaller,
  programKey,
  type Subject,
  want,
} from './gate-callers.ts';
import { clientDenial, clientGone, lockedMeanwhile, nobodyLeft, ownerDenial, programDenial } from './gate-words.ts';
import { keepAnswer, letSessionIn } from './kept-answers.ts';
import { decideAccess } from './policy.ts';
import { Presence } from './presence.ts';

const MAX_REASON = 200;

/** A client of the endpoint wants the use of a credential. */
export interface ClientAsk {
  readonly client: VerifiedClient;
  readonly credential: ResolvedCredential;
  readonly form: 'proxy' | 'value';
  /** A grant that the client's token holds names this credential for this form. */
  readonly granted: boolean;
  /** The client's own words, or empty. */
  readonly reason: string;
  /** For evidence about the process; null where there is none. */
  readonly socket: Socket | null;
  /** Aborted when the client is gone: then the question is withdrawn. */
  readonly signal: AbortSignal;
}

/** A program on the agent socket wants the use of credentials, all of them in one form. */
export interface ProgramAsk {
  readonly peer: Peer | null;
  readonly credentials: readonly ResolvedCredential[];
  readonly form: DeliveryForm;
  readonly reason: string;
  readonly signal: AbortSignal;
}

export interface GateDeps {
  readonly vault: VaultGate;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly settings: Pick<SettingsStore, 'vault'>;
  readonly shell: Pick<Shell, 'approvals' | 'notify'>;
  readonly evidence: Evidence;
  /** A locked window has nobody in front of it. */
  readonly isWindowLocked: () => boolean;
  readonly refOf: (credentialId: string) => string | null;
}

/**
 * The one gate that every door passes (SECURITY-DESIGN.md section 7): who gets which credential, in which form, and who
 * may act as the owner on the agent socket. Policy says what must be so (policy.ts), the desk asks (consent-desk.ts),
 * what was answered is remembered (kept-answers.ts, access-grants.ts), and presence.ts knows who is there to be asked.
 */
export class Gate {
  readonly grants: AccessGrants;
  readonly #deps: GateDeps;
  readonly #desk: ConsentDesk<Subject>;
  readonly #revokedListeners = new Set<(clientId: string) => void>();
  readonly #presence: Presence;
  /** Connections that the owner let in once. */
  #letIn = new WeakSet<Socket>();

  constructor(deps: GateDeps) {
    this.#deps = deps;
    const { vault, clock, emit, refOf, shell } = deps;
    this.#presence = new Presence(deps);
    this.grants = new AccessGrants({
      vault,
      clock,
      refOf,
      changed: () => emit({ event: 'grants.changed', data: {} }),
      lost: (clientId) => {
        for (const listener of this.#revokedListeners) listener(clientId);
      },
    });
    this.#desk = new ConsentDesk<Subject>({
      clock,
      emit,
      show: (request) => shell.approvals?.show(request),
      withdraw: (id) => shell.approvals?.withdraw(id),
      answered: (answered) => keepAnswer({ vault, clock, grants: this.grants }, answered),
    });
    shell.approvals?.onAnswer((id, answer) => void this.#desk.answer(id, answer, 'ui'));
  }

  /**
   * null: it may, now; this is the hot path. A promise: the owner is asked, and it rejects where the answer is no. After
   * the wait the credential may be another one: resolve it again, and do not ask again for the same.
   * @throws AppError `forbidden` at once, with what to do.
   */
  admitClient(ask: ClientAsk): Promise<void> | null {
    const { client, credential, form, granted } = ask;
    const beyondTest = client.kind === 'test' && !credential.local;
    if (granted && credential.weakestForm === null && !beyondTest) return null;
    const held = granted ? 'no' : this.grants.clientHolds(client.id, credential.id, form, undefined);
    const askable = this.#presence.askable();
    const decision = decideAccess({
      caller: 'client',
      form,
      weakestForm: credential.weakestForm,
      grant: granted ? 'named' : held === 'yes' ? 'remembered' : 'none',
      beyondTest,
      askable: askable === 'somebody' || held === 'depends',
    });
    if (decision.outcome === 'allow') return null;
    if (decision.outcome === 'deny') {
      throw clientDenial(
        decision.why === 'nobody-there' ? this.#presence.whyNobody(askable) : decision.why,
        credential,
        form,
      );
    }
    if (held !== 'depends') this.#desk.check(clientKey(client.id), [want(credential, form)]);
    return this.#askForClient(ask, held === 'depends');
  }

  /** The same for a program on the agent socket: `get`, `run`, `run --proxy`. */
  admitProgram(ask: ProgramAsk): Promise<void> | null {
    const isOwner = !this.#asksTerminals() || this.#isLetIn(ask.peer);
    this.#assertWithinPolicy(ask);
    return isOwner ? null : this.#admitStranger(ask);
  }

  /** Asks the owner for credentials ahead of their use; also where the caller could take them as the owner. */
  async askAhead(ask: ProgramAsk): Promise<void> {
    this.#assertWithinPolicy(ask);
    const facts = await this.#factsOf(ask.peer);
    const missing = ask.credentials.filter(({ id }) => !this.grants.programHolds(facts, id, ask.form));
    if (missing.length === 0) return;
    const askable = this.#presence.askable();
    for (const credential of missing) {
      const { weakestForm } = credential;
      const given = { caller: 'program', grant: 'none', beyondTest: false } as const;
      const decision = decideAccess({ ...given, form: ask.form, weakestForm, askable: askable === 'somebody' });
      if (decision.outcome !== 'deny') continue;
      throw programDenial(
        decision.why === 'nobody-there' ? this.#presence.whyNobody(askable) : decision.why,
        credential,
        ask.form,
      );
    }
    await this.#desk.ask({
      callerKey: programKey(facts),
      caller: programCaller(facts, ask.peer),
      wants: missing.map((credential) => want(credential, ask.form)),
      reason: plainText(ask.reason, MAX_REASON),
      folder: facts.folder,
      answers: programAnswers(facts),
      subject: { kind: 'program', facts, asked: 'ahead' },
      signal: ask.signal,
      asked: ask.peer?.asked,
    });
  }

  /**
   * Whether this connection may act as the owner: null at once where terminals are not asked about.
   * @param asking - false: only one that was let in before; nobody is asked.
   * @throws AppError `forbidden`; so does the promise.
   */
  admitOwner(peer: Peer | null, signal: AbortSignal, asking = true): Promise<void> | null {
    if (!this.#asksTerminals() || this.#isLetIn(peer)) return null;
    return this.#admitOwner(peer, signal, asking);
  }

  /** The master password was given on this connection: its session needs no other word until lock. */
  async ownerProved(peer: Peer | null): Promise<void> {
    if (peer === null || !this.#asksTerminals()) return;
    const facts = await this.#factsOf(peer);
    if (facts.session === null) this.#letIn.add(peer.socket);
    else if (!this.grants.ownerHolds(facts)) letSessionIn(this.grants, facts, facts.session);
  }

  requests(): AccessRequest[] {
    return this.#desk.shown();
  }

  /** A person sits at this connection: from now on questions are put to it. */
  approverCame(connection: string, onClosed: (act: () => void) => void): void {
    this.#presence.approverCame(connection, onClosed, () => this.#desk.withdraw(() => true, nobodyLeft));
  }

  /** @throws AppError `forbidden` where a window asks; `not_found`; `throttled` for a yes that could not be read. */
  answer(id: string, answer: AccessAnswer): void {
    if (this.#deps.shell.approvals !== null) {
      throw new AppError(
        'forbidden',
        'The question is on the screen, and only there it is answered.',
        'Look for its window.',
      );
    }
    const outcome = this.#desk.answer(id, answer, 'cli');
    if (outcome === 'unknown') {
      throw new AppError(
        'not_found',
        'This request does not wait any more, or has no such answer.',
        'See "keyharbor approve".',
      );
    }
    if (outcome === 'too-early') {
      const words = 'This question only just came up. Nothing was answered.';
      throw new AppError('throttled', words, 'Read it, then answer again.', { retryAfterMs: 1000 });
    }
  }

  /** Called with the id of a client that lost something it was let in with: what it is receiving is cut. */
  onRevoked(listener: (clientId: string) => void): () => void {
    this.#revokedListeners.add(listener);
    return () => this.#revokedListeners.delete(listener);
  }

  /** A client was revoked or lost a grant that its token holds: nobody is asked in its name any more. */
  clientChanged(clientId: string): void {
    const isTheirs = (subject: Subject) => subject.kind === 'client' && subject.client.id === clientId;
    this.#desk.withdraw(({ subject }) => isTheirs(subject), clientGone);
    this.grants.forgetClient(clientId);
  }

  /** The vault or the window locks: nobody waits any more, and what holds until lock is forgotten. */
  locking(): void {
    this.#desk.withdraw(() => true, lockedMeanwhile);
    this.#letIn = new WeakSet();
    this.grants.forgetMemory();
  }

  async #askForClient(ask: ClientAsk, depends: boolean): Promise<void> {
    const { client, credential, form, socket } = ask;
    const facts = socket === null ? UNKNOWN_CALLER : await this.#deps.evidence.ofSocket(socket);
    if (depends && this.grants.clientHolds(client.id, credential.id, form, facts.folder) === 'yes') return;
    const askable = this.#presence.askable();
    if (askable !== 'somebody') throw clientDenial(this.#presence.whyNobody(askable), credential, form);
    // Lent for one child: it has no row that an "always" could belong to.
    const lasts = findClient(this.#deps.vault.opened().db, client.id) !== undefined;
    await this.#desk.ask({
      callerKey: clientKey(client.id),
      caller: {
        kind: 'client',
        name: plainText(client.name, MAX_NAME),
        clientId: client.id,
        processes: shownEvidence(facts),
      },
      wants: [want(credential, form)],
      reason: plainText(ask.reason, MAX_REASON),
      folder: facts.source === 'peer' ? facts.folder : null,
      answers: ['deny', 'once', 'minutes15', 'lock', ...(lasts ? (['always'] as const) : [])],
      subject: { kind: 'client', client },
      signal: ask.signal,
    });
  }

  async #admitStranger(ask: ProgramAsk): Promise<void> {
    const facts = await this.#factsOf(ask.peer);
    if (this.grants.ownerHolds(facts)) return;
    const isHeld = ({ id, weakestForm }: ResolvedCredential): boolean => {
      const grant = this.grants.programHolds(facts, id, ask.form) ? 'remembered' : 'none';
      const given = {
        caller: 'program',
        form: ask.form,
        weakestForm,
        grant,
        beyondTest: false,
        askable: false,
      } as const;
      return decideAccess(given).outcome === 'allow';
    };
    if (ask.credentials.length > 0 && ask.credentials.every(isHeld)) return;
    await this.#askOwner(ask.peer, facts, ask.signal);
  }

  async #admitOwner(peer: Peer | null, signal: AbortSignal, asking: boolean): Promise<void> {
    const facts = await this.#factsOf(peer);
    if (this.grants.ownerHolds(facts)) return;
    if (!asking) throw ownerDenial('not-by-asking');
    await this.#askOwner(peer, facts, signal);
  }

  /** "A terminal wants to act as you." */
  async #askOwner(peer: Peer | null, facts: CallerFacts, signal: AbortSignal): Promise<void> {
    const askable = this.#presence.askable();
    if (askable !== 'somebody') throw ownerDenial(this.#presence.whyNobody(askable));
    const answer = await this.#desk.ask({
      callerKey: programKey(facts),
      caller: programCaller(facts, peer),
      wants: [OWNER_WANT],
      reason: '',
      folder: null,
      answers: facts.session === null ? ['deny', 'once'] : ['deny', 'once', 'minutes15', 'lock'],
      subject: { kind: 'owner', facts },
      signal,
      asked: peer?.asked,
    });
    if (answer === 'once' && peer !== null) this.#letIn.add(peer.socket);
  }

  /** @throws AppError where what the owner set for a credential forbids the form to everybody. */
  #assertWithinPolicy({ credentials, form }: ProgramAsk): void {
    for (const credential of credentials) {
      const given = { caller: 'owner', form, weakestForm: credential.weakestForm, grant: 'none' } as const;
      const decision = decideAccess({ ...given, beyondTest: false, askable: false });
      if (decision.outcome === 'deny') throw programDenial(decision.why, credential, form);
    }
  }

  /** While locked nothing is handed out, so nobody has to be asked; and the setting cannot be read. */
  #asksTerminals(): boolean {
    const { vault, settings, shell } = this.#deps;
    if (vault.state !== 'unlocked') return false;
    const { askTerminals } = settings.vault();
    return askTerminals === 'always' || (askTerminals === 'with-window' && shell.approvals !== null);
  }

  #isLetIn(peer: Peer | null): boolean {
    return peer !== null && this.#letIn.has(peer.socket);
  }

  #factsOf(peer: Peer | null): Promise<CallerFacts> {
    return peer === null ? Promise.resolve(UNKNOWN_CALLER) : this.#deps.evidence.ofPeer(peer);
  }
}
