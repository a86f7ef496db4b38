import { describe, expect, test } from 'vitest';
import { ApprovalDesk, type ApprovalPanel } from '../../../electron/hosts/common/approval-desk.ts';
import { ACCEPT_AFTER_MS, type PanelState } from '../../../shared/approval-panel.ts';
import type { AccessRequest } from '../../../shared/contract/access.ts';
import { FakeClock } from '../../support/fake-clock.ts';

/** A panel whose page is the test. */
class HandPanel implements ApprovalPanel {
  readonly hear: (message: unknown) => void;
  readonly states: PanelState[] = [];
  timesInFront = 0;
  readonly #end = Promise.withResolvers<void>();
  readonly closed = this.#end.promise;
  closedByDesk = false;

  constructor(hear: (message: unknown) => void) {
    this.hear = hear;
  }
  deliver(state: PanelState): void {
    this.states.push(state);
  }
  toFront(): void {
    this.timesInFront += 1;
  }
  close(): void {
    this.closedByDesk = true;
    this.#end.resolve();
  }
  /** As the owner does. */
  async shut(): Promise<void> {
    this.#end.resolve();
    await this.closed;
  }
  answer(id: string, answer: string, turn = this.states.at(-1)?.turn): void {
    this.hear({ kind: 'answer', id, turn, answer });
  }
  shown(): readonly string[] {
    return this.states.at(-1)?.requests.map((request) => request.id) ?? [];
  }
}

const FIRST = '0000000000000001';
const SECOND = '0000000000000002';

function start() {
  const clock = new FakeClock();
  const panels: HandPanel[] = [];
  const notices: string[] = [];
  const answers: string[] = [];
  const desk = new ApprovalDesk({
    clock,
    theme: () => 'dark',
    notify: (title, body) => void notices.push(`${title} ${body}`),
    open: (hear) => {
      const panel = new HandPanel(hear);
      panels.push(panel);
      return panel;
    },
  });
  desk.onAnswer((id, answer) => answers.push(`${id.at(-1)} ${answer}`));
  const ask = (id: string): AccessRequest => {
    const request: AccessRequest = {
      id,
      askedAt: new Date(clock.now()).toISOString(),
      expiresAt: new Date(clock.now() + 60_000).toISOString(),
      caller: { kind: 'client', name: 'hidden-name', clientId: 'abcdefghij', processes: [] },
      wants: [{ credentialId: null, ref: 'openai/work', name: '', provider: 'openai', form: 'proxy' }],
      reason: '',
      folder: null,
      answers: ['deny', 'once', 'lock'],
    };
    desk.show(request);
    return request;
  };
  const panel = (index = 0): HandPanel => {
    const found = panels[index];
    if (found === undefined) throw new Error('no panel came up');
    return found;
  };
  return { clock, desk, panels, panel, notices, answers, ask };
}

/** Asks once, and the page says that it is there. */
function shown() {
  const desk = start();
  desk.ask(FIRST);
  desk.panel().hear({ kind: 'ready' });
  return desk;
}

describe('the approval desk', () => {
  test('a request opens one panel, tells the page when it is there, and notifies without a name', () => {
    const { panel, panels, notices, ask } = start();
    const request = ask(FIRST);
    expect(panel().states).toEqual([]);
    panel().hear({ kind: 'ready' });
    expect(panel().states.at(-1)).toMatchObject({ theme: 'dark', requests: [request] });
    ask(FIRST);
    expect(panels).toHaveLength(1);
    expect(notices).toHaveLength(1);
    expect(notices.join()).not.toMatch(/hidden-name|openai/);
  });

  test('a grant before the request could be read is not heard, one after is', () => {
    const { panel, clock, answers } = shown();
    clock.advance(ACCEPT_AFTER_MS - 1);
    panel().answer(FIRST, 'once');
    expect(answers).toEqual([]);
    clock.advance(1);
    panel().answer(FIRST, 'once');
    expect(answers).toEqual(['1 once']);
    expect(panel().closedByDesk).toBe(true);
  });

  test('a grant from a page that never showed anything is not heard', () => {
    const { panel, clock, answers, ask } = start();
    ask(FIRST);
    clock.advance(5000);
    panel().answer(FIRST, 'once', 0);
    expect(answers).toEqual([]);
  });

  test('another request holds the grant back anew, and brings the panel to front', () => {
    const { panel, clock, answers, ask } = shown();
    clock.advance(ACCEPT_AFTER_MS);
    const before = panel().states.at(-1)?.turn;
    ask(SECOND);
    expect(panel().timesInFront).toBe(1);
    panel().answer(FIRST, 'once');
    panel().answer(FIRST, 'once', before);
    expect(answers).toEqual([]);
    clock.advance(ACCEPT_AFTER_MS);
    panel().answer(FIRST, 'once', before);
    expect(answers).toEqual([]);
    panel().answer(FIRST, 'once');
    expect(answers).toEqual(['1 once']);
    expect(panel().shown()).toEqual([SECOND]);
  });

  test('only the request that is shown can be granted; any can be denied', () => {
    const { panel, clock, answers, ask } = shown();
    ask(SECOND);
    clock.advance(ACCEPT_AFTER_MS);
    panel().answer(SECOND, 'once');
    expect(answers).toEqual([]);
    panel().answer(SECOND, 'deny');
    expect(answers).toEqual(['2 deny']);
  });

  test('an answer that was not offered, or no message at all, is not heard', () => {
    const { panel, clock, answers } = shown();
    clock.advance(ACCEPT_AFTER_MS);
    panel().answer(FIRST, 'always');
    panel().answer(FIRST, 'yes');
    panel().hear({ kind: 'answer', id: FIRST, turn: 1, answer: 'once', extra: true });
    panel().hear(undefined);
    expect(answers).toEqual([]);
  });

  test('denying needs no time to read', () => {
    const { panel, answers } = shown();
    panel().answer(FIRST, 'deny');
    expect(answers).toEqual(['1 deny']);
  });

  test('closing the panel denies everything that waits', async () => {
    const { panel, answers, ask } = shown();
    ask(SECOND);
    await panel().shut();
    expect(answers).toEqual(['1 deny', '2 deny']);
  });

  test('a request that ran out and was not withdrawn is denied a second later', () => {
    const { panel, clock, answers } = shown();
    clock.advance(60_999);
    expect(answers).toEqual([]);
    clock.advance(1);
    expect(answers).toEqual(['1 deny']);
    expect(panel().closedByDesk).toBe(true);
  });

  test('a withdrawn request gives no answer and takes the panel away; a later one opens another', async () => {
    const { desk, panel, panels, answers, clock, ask } = shown();
    desk.withdraw(FIRST);
    expect(panel().closedByDesk).toBe(true);
    ask(SECOND);
    await panel().closed;
    clock.advance(ACCEPT_AFTER_MS);
    panel().answer(SECOND, 'once');
    expect(answers).toEqual([]);
    expect(panels).toHaveLength(2);
    panel(1).hear({ kind: 'ready' });
    clock.advance(ACCEPT_AFTER_MS);
    panel(1).answer(SECOND, 'once');
    expect(answers).toEqual(['2 once']);
  });

  test('a host that ends denies what waits', () => {
    const { desk, answers } = shown();
    desk.close();
    expect(answers).toEqual(['1 deny']);
  });
});
