import type { HeaderEdit, RoutingRule } from '../../shared/contract/routing.ts';
import { m } from '../i18n/messages.ts';

const words = m.routing.sentences;

function editWords(edit: HeaderEdit): string {
  switch (edit.do) {
    case 'set':
      return edit.value === '' ? words.empty(edit.name) : words.set(edit.name, edit.value);
    case 'remove':
      return words.remove(edit.name);
    case 'rename':
      return words.rename(edit.name, edit.to);
  }
}

/** What a rule does to a call, one sentence each. The pool is told apart from these, with how its credentials do. */
export function ruleSentences(rule: RoutingRule): readonly string[] {
  const { requestHeaders, responseHeaders, paths } = rule;
  const cache = rule.for === 'provider' ? rule.cache : null;
  return [
    ...(requestHeaders.length > 0 ? [words.requests(requestHeaders.map(editWords).join(', '))] : []),
    ...(responseHeaders.length > 0 ? [words.answers(responseHeaders.map(editWords).join(', '))] : []),
    ...paths.map(({ from, to }) => words.path(from, to)),
    ...(cache === null ? [] : [cache.evenPrivate ? words.cacheEven(cache.maxSeconds) : words.cache(cache.maxSeconds)]),
  ];
}
