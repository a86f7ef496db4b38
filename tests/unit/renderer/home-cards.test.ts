import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { AttentionCard } from '../../../renderer/home/attention-card.tsx';
import { bothKnown, type Known } from '../../../renderer/home/what-is-known.ts';
import { RecentKeys } from '../../../renderer/home/recent-keys.tsx';
import { m } from '../../../renderer/i18n/messages.ts';
import { AppError } from '../../../shared/errors.ts';

// What is rendered to text stands over stores that nobody filled: nothing was read yet.
test('before keys and quotas are read Home does not say that all is well', () => {
  const text = [AttentionCard, RecentKeys].map((card) => renderToStaticMarkup(createElement(card, { nowMs: 0 })));
  expect(text.join()).toContain(m.home.attention);
  expect(text.join()).not.toContain(m.home.attentionNone);
  expect(text.join()).not.toContain(m.home.recentNone);
});

test('of two things that were to be read, those that failed are read again', () => {
  const read: string[] = [];
  const known = (name: string, isKnown: boolean): Known => ({
    isKnown,
    error: isKnown ? null : new AppError('internal', name, ''),
    retry: () => void read.push(name),
  });
  const both = bothKnown(known('keys', true), known('quotas', false));
  both.retry();
  expect([both.isKnown, both.error?.message, read]).toEqual([false, 'quotas', ['quotas']]);
  expect(bothKnown(known('keys', true), known('quotas', true))).toMatchObject({ isKnown: true, error: null });
});
