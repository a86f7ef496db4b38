import { ACCEPT_AFTER_MS, type PanelMessage, type PanelState, panelMessage } from '../../../shared/approval-panel.ts';
import type { AccessAnswer, AccessRequest } from '../../../shared/contract/access.ts';
import type { Clock, Shell } from '../../core/seams.ts';

/** A window of its own with the approval page in it. */
export interface ApprovalPanel {
  /** Hands the page what it shows; nothing happens while there is no page. */
  deliver(state: PanelState): void;
  toFront(): void;
  close(): void;
  /** However it ended: closed by the owner or by us, or it never came up. */
  readonly closed: Promise<void>;
}

export interface ApprovalDeskDeps {
  readonly clock: Clock;
  readonly theme: () => PanelState['theme'];
  readonly notify: Shell['notify'];
  /** Opens the panel; `hear` gets whatever its page says, from nowhere else. */
  readonly open: (hear: (message: unknown) => void) => ApprovalPanel;
}

/** The core denies what ran out and says so; only if that did not come is it denied from here. */
const LATER_MS = 1000;

const NOTICE = {
  title: 'Keyharbor asks for your decision',
  // Shown on locked screens too: it names neither the program nor a credential.
  body: 'A program wants to use a credential. Answer in the panel that came up, within a minute.',
};

/**
 * What lies before the owner for a decision, the same for every host with a window (SECURITY-DESIGN.md 7, "Consent").
 * The panel opens with the first request and closes with the last. Closing it denies all; a request that runs out is
 * denied. A grant counts only for the request that the page shows, and only once it could have been read: the page
 * disables its button for that long, and this desk does not take its word for it.
 */
export class ApprovalDesk implements NonNullable<Shell['approvals']> {
  readonly #deps: ApprovalDeskDeps;
  readonly #listeners = new Set<(id: string, answer: AccessAnswer) => void>();
  readonly #waiting = new Map<string, { readonly request: AccessRequest; readonly stopTimer: () => void }>();
  #panel: ApprovalPanel | null = null;
  #turn = 0;
  /** Since when the page shows what it shows now; null before it said that it is there. */
  #shownAtMs: number | null = null;

  constructor(deps: ApprovalDeskDeps) {
    this.#deps = deps;
  }

  show(request: AccessRequest): void {
    if (this.#waiting.has(request.id)) return;
    const { clock, notify } = this.#deps;
    const leftMs = Math.max(0, Date.parse(request.expiresAt) - clock.now());
    const stopTimer = clock.after(leftMs + LATER_MS, () => this.#settle(request.id, 'deny'));
    this.#waiting.set(request.id, { request, stopTimer });
    notify(NOTICE.title, NOTICE.body);
    if (this.#panel === null) this.#openPanel();
    else {
      this.#nextTurn();
      this.#panel.toFront();
    }
  }

  withdraw(id: string): void {
    this.#remove(id);
  }

  onAnswer(listener: (id: string, answer: AccessAnswer) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The theme changed while the panel is open. */
  restyle(): void {
    if (this.#shownAtMs !== null) this.#deliver();
  }

  /** The host ends: everything that waits is denied. */
  close(): void {
    for (const id of [...this.#waiting.keys()]) this.#settle(id, 'deny');
  }

  #openPanel(): void {
    this.#shownAtMs = null;
    const panel = this.#deps.open((message) => {
      const said = panelMessage.safeParse(message);
      if (said.success && this.#panel === panel) this.#hear(said.data);
    });
    this.#panel = panel;
    void panel.closed.then(() => {
      if (this.#panel !== panel) return;
      this.#panel = null;
      this.close();
    });
  }

  #hear(message: PanelMessage): void {
    if (message.kind === 'ready') return this.#nextTurn();
    const { id, turn, answer } = message;
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    if (answer === 'deny') return this.#settle(id, 'deny');
    const [shown] = this.#waiting.keys();
    if (id !== shown || turn !== this.#turn || !waiting.request.answers.includes(answer)) return;
    const readMs = this.#shownAtMs === null ? 0 : this.#deps.clock.monotonic() - this.#shownAtMs;
    if (readMs >= ACCEPT_AFTER_MS) this.#settle(id, answer);
  }

  #settle(id: string, answer: AccessAnswer): void {
    if (!this.#remove(id)) return;
    for (const listener of [...this.#listeners]) listener(id, answer);
  }

  #remove(id: string): boolean {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return false;
    waiting.stopTimer();
    this.#waiting.delete(id);
    if (this.#waiting.size > 0) this.#nextTurn();
    else this.#closePanel();
    return true;
  }

  #closePanel(): void {
    const panel = this.#panel;
    this.#panel = null;
    this.#shownAtMs = null;
    panel?.close();
  }

  #nextTurn(): void {
    this.#turn += 1;
    this.#shownAtMs = this.#deps.clock.monotonic();
    this.#deliver();
  }

  #deliver(): void {
    const requests = [...this.#waiting.values()].map(({ request }) => request);
    this.#panel?.deliver({ theme: this.#deps.theme(), turn: this.#turn, requests });
  }
}
