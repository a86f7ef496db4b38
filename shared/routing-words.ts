import type { HeaderEdit, RoutingRule } from './contract/routing.ts';

/** What a rule does, a line each, for people. */
export function ruleInWords(rule: RoutingRule): readonly string[] {
  const lines = [
    ...rule.paths.map(({ from, to }) => `path ${from} becomes ${to}`),
    ...rule.requestHeaders.map((edit) => `request: ${editInWords(edit)}`),
    ...rule.responseHeaders.map((edit) => `answer: ${editInWords(edit)}`),
  ];
  if (rule.for === 'client') return lines;
  const { cache, pool } = rule;
  if (cache !== null) {
    const what = cache.evenPrivate
      ? 'answers to GET, private ones too'
      : 'answers to GET that the provider calls public';
    lines.push(`keeps ${what}, at most ${cache.maxSeconds} s`);
  }
  if (pool !== null) lines.push(`pool, ${pool.strategy}: ${pool.members.map(({ label }) => label).join(', ')}`);
  return lines;
}

function editInWords(edit: HeaderEdit): string {
  switch (edit.do) {
    case 'set':
      return `${edit.name} is set to "${edit.value}"`;
    case 'remove':
      return `${edit.name} is taken out`;
    case 'rename':
      return `${edit.name} becomes ${edit.to}`;
  }
}
