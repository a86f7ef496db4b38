import { expect, test } from 'vitest';
import type { Finding } from '../../../electron/core/credentials/finding.ts';
import type { ResolvedCredential } from '../../../electron/core/credentials/types.ts';
import { CredentialPool } from '../../../electron/core/routing/credential-pool.ts';
import { PoolFindings } from '../../../electron/core/routing/pool-findings.ts';
import type { PoolRule } from '../../../shared/contract/routing.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const rule: PoolRule = {
  strategy: 'priority',
  members: [
    { label: 'a', cost: 1 },
    { label: 'b', cost: 1 },
  ],
};

/** Credential `a` can be changed; `b` is there, and nobody ever said a word about it. */
function setUp() {
  const clock = new FakeClock();
  const pool = new CredentialPool(clock);
  const looks: string[] = [];
  const a: { version: number | null; finding: Finding | null } = { version: 1, finding: null };
  const findings = new PoolFindings({
    pool,
    served: (_provider, label) => {
      const version = label === 'a' ? a.version : 1;
      return version === null ? null : ({ id: label, version } as ResolvedCredential);
    },
    finding: (id, version) => {
      looks.push(`${id}/${version}`);
      return id === 'a' ? a.finding : null;
    },
  });
  const order = () => {
    findings.refresh('openai', rule);
    return pool.order('openai', rule, () => true);
  };
  const says = (what: Finding['says'], atMs = 1, by: Finding['by'] = 'tool'): void => {
    a.finding = { says: what, by, atMs };
    findings.changed();
  };
  return { clock, pool, findings, a, looks, order, says };
}

test('it is looked once, and again after something changed', () => {
  const { findings, looks, order } = setUp();
  order();
  order();
  expect(looks).toEqual(['a/1', 'b/1']);
  findings.refresh('mistral', { ...rule, members: rule.members.slice(0, 1) });
  expect(looks).toEqual(['a/1', 'b/1', 'a/1']);
  findings.changed();
  order();
  expect(looks).toHaveLength(5);
});

test('a finding sends to rest once: what a call shows later counts more, until there is another finding', () => {
  const { pool, findings, order, says } = setUp();
  says('refused');
  expect(order()).toEqual(['b', 'a']);
  pool.answered('openai', 'a', 200, null);
  expect(order()).toEqual(['a', 'b']);
  findings.changed();
  expect(order()).toEqual(['a', 'b']);
  says('refused', 2);
  expect(order()).toEqual(['b', 'a']);
  says('works', 3, 'test');
  expect(order()).toEqual(['a', 'b']);
});

test('one that is unclear, and none at all, say nothing', () => {
  const { a, findings, order, says } = setUp();
  says('unclear');
  expect(order()).toEqual(['a', 'b']);
  says('refused', 2);
  expect(order()).toEqual(['b', 'a']);
  says('unclear', 3);
  expect(order()).toEqual(['b', 'a']);
  a.finding = null;
  findings.changed();
  expect(order()).toEqual(['b', 'a']);
});

test('a new value begins afresh; what is found out about it counts', () => {
  const { a, pool, findings, order, says } = setUp();
  says('refused');
  order();
  a.version = 2;
  a.finding = null;
  findings.changed();
  expect(order()).toEqual(['a', 'b']);
  pool.answered('openai', 'b', 401, null);
  a.version = 3;
  says('refused'); // the same words about another value
  order();
  expect(pool.state('openai', rule)).toMatchObject([{ told: 'tool' }, { told: 'answer' }]);
});

test('a rest that an answer began is not ended by a change that leaves the value alone', () => {
  const { pool, findings, order } = setUp();
  order();
  pool.answered('openai', 'a', 402, null);
  findings.changed();
  expect(order()).toEqual(['b', 'a']);
});

test('one that is not served any more is forgotten, and looked at anew when it is back', () => {
  const { a, pool, findings, looks, order, says } = setUp();
  says('refused');
  order();
  looks.length = 0;
  a.version = null;
  findings.changed();
  order();
  expect(looks).toEqual(['b/1']);
  expect(pool.state('openai', rule)[0]?.state).toBe('healthy');
  a.version = 1;
  findings.changed();
  expect(order()).toEqual(['b', 'a']);
});

test('a lock forgets which findings were brought', () => {
  const { pool, findings, order, says } = setUp();
  says('refused');
  order();
  findings.locking();
  pool.forget();
  expect(order()).toEqual(['b', 'a']);
});
