import { describe, expect, test } from 'vitest';
import { type AccessCase, type AccessDecision, decideAccess } from '../../../electron/core/broker/policy.ts';
import { allowsForm, DELIVERY_FORMS } from '../../../shared/delivery.ts';

const CASES: readonly AccessCase[] = (['owner', 'program', 'client'] as const).flatMap((caller) =>
  DELIVERY_FORMS.flatMap((form) =>
    [null, ...DELIVERY_FORMS].flatMap((weakestForm) =>
      (['named', 'remembered', 'none'] as const).flatMap((grant) =>
        [true, false].flatMap((beyondTest) =>
          [true, false].map((askable) => ({ caller, form, weakestForm, grant, beyondTest, askable })),
        ),
      ),
    ),
  ),
);

const said = (decision: AccessDecision): string =>
  decision.outcome === 'ask' ? 'ask' : `${decision.outcome} ${decision.why}`;

/** `*`: whatever. The first row that fits is what must come out. */
const TABLE = [
  // caller, form, weakest, grant, test, askable -> outcome
  ['*', '*', '*', '*', true, '*', 'deny test-client'],
  ['*', 'value', 'proxy', '*', false, '*', 'deny policy'],
  ['*', 'value', 'token', '*', false, '*', 'deny policy'],
  ['*', 'value', 'environment', '*', false, '*', 'deny policy'],
  ['*', 'environment', 'proxy', '*', false, '*', 'deny policy'],
  ['*', 'environment', 'token', '*', false, '*', 'deny policy'],
  ['*', 'token', 'proxy', '*', false, '*', 'deny policy'],
  ['owner', '*', '*', '*', false, '*', 'allow owner'],
  ['*', '*', '*', 'named', false, '*', 'allow named'],
  ['*', 'value', null, '*', false, '*', 'deny default-policy'],
  ['*', '*', '*', 'remembered', false, '*', 'allow remembered'],
  ['*', '*', '*', 'none', false, true, 'ask'],
  ['*', '*', '*', 'none', false, false, 'deny nobody-there'],
] as const;

function expected(given: AccessCase): string {
  const { caller, form, weakestForm, grant, beyondTest, askable } = given;
  const cells = [caller, form, weakestForm, grant, beyondTest, askable];
  const row = TABLE.find((each) => cells.every((cell, at) => each[at] === '*' || each[at] === cell));
  return row?.[6] ?? 'no row';
}

test.each(CASES.map((given) => [Object.values(given).join(' '), given] as const))('%s', (_name, given) => {
  expect(said(decideAccess(given))).toBe(expected(given));
});

describe('whatever the case', () => {
  test('an explicit policy is never passed', () => {
    const passed = CASES.filter(({ weakestForm, form }) => weakestForm !== null && !allowsForm(weakestForm, form));
    expect(passed.every((given) => decideAccess(given).outcome === 'deny')).toBe(true);
  });

  test('nobody is asked where nobody is there', () => {
    expect(CASES.filter((given) => !given.askable && decideAccess(given).outcome === 'ask')).toEqual([]);
  });

  test('a safer form is never refused where a weaker one is let through', () => {
    const rank = { deny: 0, ask: 1, allow: 2 } as const;
    for (const given of CASES) {
      for (const safer of DELIVERY_FORMS.slice(0, DELIVERY_FORMS.indexOf(given.form))) {
        const weaker = rank[decideAccess(given).outcome];
        expect(rank[decideAccess({ ...given, form: safer }).outcome], JSON.stringify(given)).toBeGreaterThanOrEqual(
          weaker,
        );
      }
    }
  });

  test('an answer in a panel never gives what the default withholds', () => {
    const value = CASES.filter(
      ({ form, weakestForm, caller, grant }) =>
        form === 'value' && weakestForm === null && caller !== 'owner' && grant !== 'named',
    );
    expect(value.every((given) => decideAccess(given).outcome === 'deny')).toBe(true);
  });
});
