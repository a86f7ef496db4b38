import { describe, expect, test } from 'vitest';
import { type Answered, ConsentDesk, type Question } from '../../../electron/core/broker/consent-desk.ts';
import type { AccessRequest, AccessWant } from '../../../shared/contract/access.ts';
import type { ContractEvent } from '../../../shared/contract/handlers.ts';
import { AppError } from '../../../shared/errors.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const READ_MS = 700;
const MINUTE = 60_000;
/** More than the time in which questions are gathered. */
const SOON = 100;

const wanted = (letter: string): AccessWant => ({
  credentialId: letter.repeat(32),
  ref: `kh://openai/${letter}`,
  name: letter,
  provider: 'openai',
  form: 'proxy',
});

function setUp() {
  const clock = new FakeClock();
  const panel: AccessRequest[] = [];
  const heard: ContractEvent[] = [];
  const kept: Answered<string>[] = [];
  const fault = { error: null as Error | null };
  const desk = new ConsentDesk<string>({
    clock,
    emit: (event) => void heard.push(event),
    show: (request) => void panel.push(request),
    withdraw: (id) => void panel.splice(0, panel.length, ...panel.filter((each) => each.id !== id)),
    answered: (answered) => {
      if (fault.error !== null) throw fault.error;
      kept.push(answered);
    },
  });
  const ask = (client: string, letters: string, given: Partial<Question<string>> = {}) => {
    const outcome = { said: 'waiting' };
    const done = desk
      .ask({
        callerKey: client,
        caller: { kind: 'client', name: client, clientId: 'abcdefghij', processes: [] },
        wants: [...letters].map(wanted),
        reason: '',
        folder: null,
        answers: ['deny', 'once', 'minutes15', 'lock', 'always'],
        subject: client,
        signal: new AbortController().signal,
        ...given,
      })
      .then(
        (answer) => `yes ${answer}`,
        (error: unknown) => (error instanceof AppError ? error.code : 'odd'),
      )
      .then((said) => (outcome.said = said));
    return Object.assign(outcome, { done });
  };
  /** Answers what lies on the panel first. */
  const say = (answer: 'deny' | 'once' | 'lock', at = 0) => desk.answer(panel[at]?.id ?? 'none', answer, 'ui');
  const read = () => clock.advance(SOON + READ_MS);
  return { clock, panel, heard, kept, fault, desk, ask, say, read };
}

test('what one caller asks at once is one question', async () => {
  const t = setUp();
  const asked = [t.ask('tool', 'a'), t.ask('tool', 'b'), t.ask('tool', 'bc')];
  t.read();
  expect(t.panel.map(({ wants }) => wants.map(({ name }) => name))).toEqual([['a', 'b', 'c']]);
  t.say('once');
  expect(await Promise.all(asked.map(({ done }) => done))).toEqual(['yes once', 'yes once', 'yes once']);
  expect(t.kept).toHaveLength(1);
});

test.each([
  ['reason', { reason: 'to build' }],
  ['folder', { folder: '/srv/other' }],
])('what is asked at once with another %s is another question', (_, given) => {
  const t = setUp();
  t.ask('tool', 'a');
  t.ask('tool', 'b', given);
  t.read();
  t.say('once');
  expect(t.panel).toMatchObject([{ wants: [{ name: 'b' }], ...given }]);
});

test('one question is for 64 credentials at most', () => {
  const t = setUp();
  const letters = Array.from({ length: 65 }, (_, at) => String.fromCharCode(0x4e00 + at));
  for (const letter of letters) t.ask('tool', letter);
  t.read();
  expect(t.panel[0]?.wants).toHaveLength(64);
  t.say('once');
  expect(t.panel.map(({ wants }) => wants.map(({ name }) => name))).toEqual([letters.slice(64)]);
});

test('a question that is still gathered does not come up because another was answered', () => {
  const t = setUp();
  t.ask('one', 'a');
  t.read();
  t.ask('two', 'a');
  t.say('once');
  expect(t.panel).toEqual([]);
  t.ask('two', 'b');
  t.clock.advance(SOON);
  expect(t.panel.map(({ wants }) => wants.map(({ name }) => name))).toEqual([['a', 'b']]);
});

test('an equal question shares the one that lies on the panel; another one waits for its turn', async () => {
  const t = setUp();
  const first = t.ask('tool', 'ab');
  t.read();
  const equal = t.ask('tool', 'b');
  const more = t.ask('tool', 'bd');
  t.read();
  expect(t.panel).toHaveLength(1);
  t.say('once');
  expect(await Promise.all([first.done, equal.done])).toEqual(['yes once', 'yes once']);
  expect(more.said).toBe('waiting');
  expect(t.panel.map(({ wants }) => wants.map(({ name }) => name))).toEqual([['b', 'd']]);
});

test('three questions at most are open, one for each caller; the next comes when one is answered', () => {
  const t = setUp();
  for (const client of ['one', 'two', 'three', 'four']) t.ask(client, 'a');
  t.read();
  expect(t.panel.map(({ caller }) => caller.name)).toEqual(['one', 'two', 'three']);
  t.say('once');
  expect(t.panel.map(({ caller }) => caller.name)).toEqual(['two', 'three', 'four']);
});

test('sixty seconds without an answer are a no', async () => {
  const t = setUp();
  const asked = t.ask('tool', 'a');
  t.clock.advance(SOON + MINUTE - 1000);
  expect([asked.said, t.panel.length]).toEqual(['waiting', 1]);
  t.clock.advance(1000);
  expect(await asked.done).toBe('forbidden');
  expect(t.panel).toEqual([]);
  expect(t.kept.map(({ answer, by }) => [answer, by])).toEqual([['deny', 'system']]);
});

test('a question that stood behind others for a minute is refused, and counts as nobody’s no', async () => {
  const t = setUp();
  for (const client of ['one', 'two', 'three']) t.ask(client, 'a');
  t.clock.advance(SOON);
  const late = t.ask('four', 'a');
  t.clock.advance(MINUTE + SOON);
  expect(t.panel.map(({ caller }) => caller.name)).toEqual(['four']);
  t.clock.advance(READ_MS);
  t.say('once');
  expect(await late.done).toBe('yes once');
});

test.each([
  [0, 'too-early'],
  [READ_MS - 1, 'too-early'],
  [READ_MS, 'counted'],
] as const)('a yes %i ms after the question came up is %s', (afterMs, outcome) => {
  const t = setUp();
  t.ask('tool', 'a');
  t.clock.advance(50);
  t.clock.advance(afterMs);
  expect(t.say('once')).toBe(outcome);
  expect(t.panel).toHaveLength(outcome === 'counted' ? 0 : 1);
});

test('a no counts at once', async () => {
  const t = setUp();
  const asked = t.ask('tool', 'a');
  t.clock.advance(50);
  expect(t.say('deny')).toBe('counted');
  expect(await asked.done).toBe('forbidden');
});

test('an answer that was not offered, or is for no question, changes nothing', () => {
  const t = setUp();
  t.ask('tool', 'a', { answers: ['deny', 'once'] });
  t.read();
  expect(t.say('lock')).toBe('unknown');
  expect(t.desk.answer('0123456789abcdef', 'deny', 'ui')).toBe('unknown');
  expect(t.panel).toHaveLength(1);
});

test('who asks is told that the owner is asked, unless it is refused at once', async () => {
  const { ask, say, read } = setUp();
  let told = 0;
  const asked = () => {
    told += 1;
  };
  const first = ask('a', 'x', { asked });
  const same = ask('a', 'x', { asked });
  expect(told).toBe(2);
  read();
  say('deny');
  await Promise.all([first.done, same.done]);
  expect(await ask('a', 'x', { asked }).done).toBe('forbidden'); // a no was just given
  expect(told).toBe(2);
});

describe('after a no', () => {
  test('the same is not asked again for a minute; something else is', async () => {
    const t = setUp();
    const first = t.ask('tool', 'a');
    t.read();
    t.say('deny');
    await first.done;
    expect(await t.ask('tool', 'a').done).toBe('forbidden');
    const other = t.ask('tool', 'b');
    const others = t.ask('other', 'a');
    t.read();
    expect([other.said, others.said, t.panel.length]).toEqual(['waiting', 'waiting', 2]);
    t.clock.advance(MINUTE - SOON - READ_MS);
    t.say('once', 0);
    const again = t.ask('tool', 'a');
    t.read();
    expect(again.said).toBe('waiting');
  });

  test('three in a row mute that caller for ten minutes, and no other', async () => {
    const t = setUp();
    for (const letter of 'abc') {
      const asked = t.ask('tool', letter);
      t.read();
      t.say('deny');
      expect(await asked.done).toBe('forbidden');
    }
    expect(await t.ask('tool', 'd').done).toBe('forbidden');
    t.clock.advance(10 * MINUTE - 1);
    expect(await t.ask('tool', 'd').done).toBe('forbidden');
    const other = t.ask('other', 'd');
    t.clock.advance(1);
    const again = t.ask('tool', 'd');
    t.read();
    expect([other.said, again.said, t.panel.length]).toEqual(['waiting', 'waiting', 2]);
  });

  test('one that is ten minutes old is no longer in a row with the next', async () => {
    const t = setUp();
    for (const letter of 'abc') {
      t.clock.advance(10 * MINUTE);
      const asked = t.ask('tool', letter);
      t.read();
      t.say('deny');
      await asked.done;
    }
    const asked = t.ask('tool', 'd');
    t.read();
    expect([asked.said, t.panel.length]).toEqual(['waiting', 1]);
  });

  test('a yes in between makes the count begin anew', async () => {
    const t = setUp();
    for (const [letter, answer] of [
      ['a', 'deny'],
      ['b', 'deny'],
      ['c', 'once'],
      ['d', 'deny'],
      ['e', 'deny'],
    ] as const) {
      const asked = t.ask('tool', letter);
      t.read();
      t.say(answer);
      await asked.done;
    }
    const asked = t.ask('tool', 'f');
    t.read();
    expect([asked.said, t.panel.length]).toEqual(['waiting', 1]);
  });

  test('time that ran out three times mutes as well', async () => {
    const t = setUp();
    for (const letter of 'abc') {
      const asked = t.ask('tool', letter);
      t.clock.advance(SOON + MINUTE);
      await asked.done;
    }
    expect(await t.ask('tool', 'd').done).toBe('forbidden');
  });
});

test('who asked and went away is not asked for any more; the question stays for others', async () => {
  const t = setUp();
  const gone = new AbortController();
  const first = t.ask('tool', 'a', { signal: gone.signal });
  const second = t.ask('tool', 'a');
  t.read();
  gone.abort();
  expect(await first.done).toBe('forbidden');
  expect([second.said, t.panel.length]).toEqual(['waiting', 1]);
  const alone = new AbortController();
  const third = t.ask('other', 'a', { signal: alone.signal });
  t.read();
  alone.abort();
  await third.done;
  expect(t.panel.map(({ caller }) => caller.name)).toEqual(['tool']);
  expect(await t.ask('other', 'a', { signal: alone.signal }).done).toBe('forbidden');
  expect(t.heard.filter(({ event }) => event === 'access.settled')).toHaveLength(1);
});

test('what is withdrawn is off the panel, and its askers are told why', async () => {
  const t = setUp();
  const asked = [t.ask('tool', 'a'), t.ask('other', 'b')];
  t.clock.advance(SOON);
  asked.push(t.ask('third', 'c')); // not shown yet
  t.desk.withdraw(
    () => true,
    () => new AppError('vault_locked', 'Locked.'),
  );
  expect(await Promise.all(asked.map(({ done }) => done))).toEqual(['vault_locked', 'vault_locked', 'vault_locked']);
  expect([t.panel, t.desk.shown()]).toEqual([[], []]);
  t.clock.advance(2 * MINUTE);
  expect(t.panel).toEqual([]);
});

test('a yes that cannot be written down is none', async () => {
  const t = setUp();
  const asked = t.ask('tool', 'a');
  t.read();
  t.fault.error = new Error('the disk is full');
  t.say('once');
  expect(await asked.done).toBe('internal');
  const again = t.ask('tool', 'a');
  t.read();
  t.fault.error = new AppError('vault_locked', 'Locked.');
  t.say('once');
  expect(await again.done).toBe('vault_locked');
});

test('a flood of questions is refused, not kept', async () => {
  const t = setUp();
  const asked = Array.from({ length: 40 }, (_, at) => t.ask(`client ${at}`, 'a'));
  await Promise.resolve();
  await Promise.all(asked.slice(32).map(({ done }) => done));
  expect(asked.map(({ said }) => said).filter((said) => said === 'forbidden')).toHaveLength(8);
});
