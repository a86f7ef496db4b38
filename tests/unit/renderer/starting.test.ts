import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test, vi } from 'vitest';
import { App } from '../../../renderer/app.tsx';

// The other faces bring the whole window with them.
vi.mock('../../../renderer/shell/shell.tsx', () => ({ Shell: () => null }));
vi.mock('../../../renderer/first-run/first-run.tsx', () => ({ FirstRun: () => null }));
vi.mock('../../../renderer/unlock/unlock-screen.tsx', () => ({ UnlockScreen: () => null }));

test('until the core has answered the window has a place for what comes, with its name for screen readers', () => {
  const shown = renderToStaticMarkup(createElement(App));
  expect(shown).toContain('role="status"');
  expect(shown).toMatch(/<h1[^>]*>Keyharbor<\/h1>/);
});
