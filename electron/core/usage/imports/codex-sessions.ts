import { type CodexSession, readCodex } from './codex.ts';

/** Totals that are remembered for forks; beyond it those of the oldest sessions are forgotten. */
const MAX_TOTALS = 2_000_000;

/** Reads sessions in the order of their beginning and remembers what forks of them would repeat. */
export class CodexSessions {
  readonly #totals = new Map<string, ReadonlySet<string>>();
  #remembered = 0;

  async read(lines: AsyncIterable<string | null>, nowMs: number): Promise<CodexSession> {
    const session = await readCodex(lines, (id) => this.#totals.get(id) ?? null, nowMs);
    if (session.id !== null) {
      this.#totals.set(session.id, session.totals);
      this.#remembered += session.totals.size;
    }
    for (const [id, totals] of this.#totals) {
      if (this.#remembered <= MAX_TOTALS) break;
      this.#totals.delete(id);
      this.#remembered -= totals.size;
    }
    return session;
  }
}
