import { expect, test } from 'vitest';
import { m } from '../../../renderer/i18n/messages.ts';
import {
  emptyRoutingForm,
  formOfRule,
  type RoutingForm,
  routingErrors,
  ruleOf,
  STRATEGIES,
} from '../../../renderer/routing/routing-form.ts';
import { ruleSentences } from '../../../renderer/routing/rule-sentences.ts';
import { POOL_STRATEGIES, routingRule } from '../../../shared/contract/routing.ts';

const empty = emptyRoutingForm('provider', 'openai');
const e = m.routing.errors;
const full: RoutingForm = {
  ...empty,
  requestHeaders: [
    { do: 'set', name: ' X-Team ', value: ' core ' },
    { do: 'remove', name: 'x-debug', value: 'typed before it was to be removed' },
    { do: 'rename', name: 'x-old', value: 'X-New' },
    { do: 'set', name: ' ', value: '' },
  ],
  responseHeaders: [{ do: 'remove', name: 'server', value: '' }],
  paths: [
    { from: '/v1', to: '/v2/' },
    { from: '', to: '' },
  ],
  cache: { on: true, seconds: '300', evenPrivate: true },
  pool: {
    on: true,
    strategy: 'cheapest',
    members: [
      { label: 'work', cost: '0,5' },
      { label: 'spare', cost: '2' },
    ],
  },
};

test('what is typed becomes a rule of the contract; blank rows are left out, names are in lower case', () => {
  expect(routingErrors(full)).toEqual({});
  const rule = routingRule.parse(ruleOf(full));
  expect(rule).toEqual({
    for: 'provider',
    provider: 'openai',
    requestHeaders: [
      { do: 'set', name: 'x-team', value: 'core' },
      { do: 'remove', name: 'x-debug' },
      { do: 'rename', name: 'x-old', to: 'x-new' },
    ],
    responseHeaders: [{ do: 'remove', name: 'server' }],
    paths: [{ from: '/v1', to: '/v2/' }],
    cache: { maxSeconds: 300, evenPrivate: true },
    pool: {
      strategy: 'cheapest',
      members: [
        { label: 'work', cost: 0.5 },
        { label: 'spare', cost: 2 },
      ],
    },
  });
});

test('a rule survives the form', () => {
  const rule = routingRule.parse(ruleOf(full));
  expect(ruleOf(formOfRule(rule))).toEqual(rule);
  const client = routingRule.parse({ for: 'client', client: 'abcdefghij', paths: [{ from: '/a', to: '/b' }] });
  expect(ruleOf(formOfRule(client))).toEqual(client);
});

test('the rule of a client has neither kept answers nor a pool, whatever was ticked before', () => {
  const form: RoutingForm = { ...full, for: 'client', target: 'abcdefghij' };
  expect(routingErrors(form)).toEqual({});
  expect(Object.keys(routingRule.parse(ruleOf(form)))).not.toContain('pool');
});

test('a rule that does nothing is not saved', () => {
  expect(routingErrors(empty)).toEqual({ rule: e.nothing });
  expect(routingErrors({ ...empty, paths: [{ from: ' ', to: '' }] })).toEqual({ rule: e.nothing });
});

const withHeader = (name: string, value: string, how: 'set' | 'rename' = 'set'): RoutingForm => ({
  ...empty,
  requestHeaders: [{ do: how, name, value }],
});

test.each([
  ['no header name', withHeader('', 'x'), { 'requestHeaders.0.name': e.nameNeeded }],
  ['a space in a header name', withHeader('x team', 'x'), { 'requestHeaders.0.name': e.nameWrong }],
  ['a header name that is too long', withHeader('x'.repeat(65), 'x'), { 'requestHeaders.0.name': e.nameWrong }],
  ['a line break in a value', withHeader('x-a', 'one\r\nx-b: two'), { 'requestHeaders.0.value': e.valueWrong }],
  ['a letter that no header carries', withHeader('x-a', 'ü'), { 'requestHeaders.0.value': e.valueWrong }],
  ['no new name', withHeader('x-a', '', 'rename'), { 'requestHeaders.0.value': e.nameNeeded }],
  ['no slash', { ...empty, paths: [{ from: 'v1', to: '/v2' }] }, { 'paths.0.from': e.pathWrong }],
  ['only one of two paths', { ...empty, paths: [{ from: '/v1', to: '' }] }, { 'paths.0.to': e.pathWrong }],
  ['dot segments', { ...empty, paths: [{ from: '/a', to: '/b/../c' }] }, { 'paths.0.to': e.pathDots }],
  ['another host', { ...empty, paths: [{ from: '/a', to: '//evil.example' }] }, { 'paths.0.to': e.pathWrong }],
  ['no time', { ...empty, cache: { ...empty.cache, on: true, seconds: '' } }, { seconds: e.seconds }],
  ['no whole second', { ...empty, cache: { ...empty.cache, on: true, seconds: '1.5' } }, { seconds: e.seconds }],
  ['more than a day', { ...empty, cache: { ...empty.cache, on: true, seconds: '86401' } }, { seconds: e.seconds }],
  [
    'one credential',
    { ...empty, pool: { on: true, strategy: 'priority', members: [{ label: 'work', cost: '1' }] } },
    { members: e.twoMembers },
  ],
  [
    'a cost that is no number',
    { ...full, pool: { ...full.pool, members: [...full.pool.members, { label: 'third', cost: 'much' }] } },
    { 'costs.third': e.cost },
  ],
] as const satisfies readonly (readonly [string, RoutingForm, Readonly<Record<string, string>>])[])(
  '%s is said at its field',
  (_, form, errors) => {
    expect(routingErrors(form)).toEqual(errors);
  },
);

test('what the form refuses of headers and paths, the contract refuses too, and the other way round', () => {
  for (const name of ['x-a', 'X-A', 'x a', 'x:a', '', 'a'.repeat(64), 'a'.repeat(65), 'x_a', 'x.a', 'ä']) {
    const form = withHeader(name, 'v');
    expect([name, Object.keys(routingErrors(form)).length === 0]).toEqual([
      name,
      routingRule.safeParse(ruleOf(form)).success,
    ]);
  }
  for (const path of ['/', '/a', '/a/', '/a//b', '//a', 'a', '/a b', '/%2e', '/.', '/..a', '/a/..', '/a?b', '/a:b']) {
    const form = { ...empty, paths: [{ from: path, to: '/x' }] };
    expect([path, Object.keys(routingErrors(form)).length === 0]).toEqual([
      path,
      routingRule.safeParse(ruleOf(form)).success,
    ]);
  }
});

test('the window knows every strategy of the contract', () => {
  expect(STRATEGIES).toEqual(POOL_STRATEGIES);
});

test('a rule is told in sentences', () => {
  expect(ruleSentences(ruleOf(full))).toEqual([
    'Requests: sets x-team to “core”, removes x-debug, renames x-old to x-new.',
    'Answers: removes server.',
    'Paths that begin with /v1 go to /v2/ instead.',
    'Answers to GET are kept for up to 5 minutes, also those marked private or not marked at all.',
  ]);
});
