import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { fakeKey } from '../support/fake-keys.ts';
import { result } from './bridge.ts';
import { FIRST_HOST } from './hosts.ts';
import { expectLooks, LIGHT, NARROW_DARK } from './looks.ts';
import { createVault, goTo } from './window.ts';

const NAME = 'Production of the customer support assistant (Frankfurt)';
const LABEL = 'customer-support-assistant-frankfurt';
const PROVIDERS = ['openai', 'anthropic', 'fireworks', 'deepseek'];

/** Long names and labels, each key with four last characters of its own. */
async function fill(page: Page): Promise<void> {
  for (const [n, provider] of PROVIDERS.entries()) {
    for (const [label, name] of [
      [LABEL, NAME],
      ['ci', NAME],
      [`${LABEL}-2`, 'CI'],
    ] as const) {
      const value = `${fakeKey(provider).slice(0, -4)}E${n}${label.length}`;
      await result(page, 'credentials.add', { provider, label, name, fields: { api_key: value }, tags: ['prod'] });
    }
  }
}

/** Everything visible inside `within` whose text runs into a neighbour's, or that is too short to be read. */
function collisions(page: Page, within: string): Promise<readonly string[]> {
  return page.evaluate((selector) => {
    const found: string[] = [];
    const least = 96;
    for (const row of document.querySelectorAll<HTMLElement>(selector)) {
      const texts = [...row.querySelectorAll<HTMLElement>('*')].filter((one) => {
        const { width, height } = one.getBoundingClientRect();
        return one.children.length === 0 && one.textContent !== '' && width > 2 && height > 2;
      });
      const boxes = texts.map((one) => ({ text: one.textContent, box: one.getBoundingClientRect(), one }));
      for (const [at, { text, box, one }] of boxes.entries()) {
        for (const other of boxes.slice(at + 1)) {
          const wide = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
          const high = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
          if (wide > 1 && high > 3) found.push(`${text} runs into ${other.text}`);
        }
        if (one.closest('[data-row]') !== null && box.width < Math.min(least, one.scrollWidth)) {
          found.push(`${text}: ${Math.round(box.width)} px`);
        }
      }
    }
    return found;
  }, within);
}

test('long names and labels can be read and told apart, in cards and in the list, wide and narrow', async () => {
  test.setTimeout(120_000);
  const home = mkdtempSync(join(tmpdir(), 'kh-home-'));
  const window = await FIRST_HOST.open(home);
  const { page } = window;
  try {
    await createVault(page, { bind: false });
    await fill(page);
    await goTo(page, 'Providers');
    await expect(page.getByText('12 keys')).toBeVisible();
    await page.keyboard.press('Escape');
    const row = page.locator('[role=row]', { hasText: LABEL }).first();

    await test.step('cards', async () => {
      await expectLooks(page, [LIGHT, NARROW_DARK], 'crowded-cards');
      for (const width of [1280, 360]) {
        await page.setViewportSize({ width, height: 860 });
        await expect.poll(() => collisions(page, '[data-rows] li'), `${width} px`).toEqual([]);
        const headings = page.getByRole('heading', { level: 2 });
        for (const one of await headings.all()) {
          const lines = await one.evaluate((heading) => {
            const range = document.createRange();
            range.selectNodeContents(heading);
            return range.getClientRects().length;
          });
          expect(lines, `${width} px: ${await one.innerText()} in one line`).toBe(1);
        }
      }
    });

    await test.step('a screen that needs no scroll bar is as wide as one that does, so nothing moves aside', async () => {
      await page.setViewportSize({ width: 1280, height: 860 });
      const main = page.getByRole('main');
      const [scrolls, width] = [
        () => main.evaluate((one) => one.scrollHeight > one.clientHeight),
        () => main.evaluate((one) => one.clientWidth),
      ];
      await goTo(page, 'Settings');
      await expect.poll(scrolls).toBe(true);
      const wide = await width();
      await goTo(page, 'Clients');
      await expect(page.getByRole('heading', { name: 'No tool has access yet' })).toBeVisible();
      expect([await scrolls(), await width()]).toEqual([false, wide]);
      await goTo(page, 'Providers');
    });

    await test.step('the list, where the last four of a key are never cut off', async () => {
      await page.goto(`${page.url().split('#')[0]}#/providers?view=list`);
      await expect(row).toBeVisible();
      await expectLooks(page, [LIGHT, NARROW_DARK], 'crowded-list');
      for (const width of [1280, 360]) {
        await page.setViewportSize({ width, height: 860 });
        await expect.poll(() => collisions(page, '[role=row]'), `${width} px`).toEqual([]);
      }
      await page.setViewportSize({ width: 1280, height: 860 });
      const tail = row.getByText(/^E\d\d\d$/);
      await expect(tail).toBeInViewport({ ratio: 1 });
      expect(await tail.evaluate((one) => one.scrollWidth <= one.clientWidth + 1)).toBe(true);
    });

    await test.step('on a narrow window the menu has what there is no room for, and a revealed key is seen', async () => {
      await page.setViewportSize({ width: 360, height: 740 });
      await row.getByRole('button', { name: /^More/ }).click();
      for (const act of ['Copy', 'Reveal', 'Test', 'Copy as env line']) {
        await expect(page.getByRole('menuitem', { name: act, exact: true })).toBeVisible();
      }
      await page.getByRole('menuitem', { name: 'Reveal', exact: true }).click();
      await expect(row.locator('[data-shown]')).toBeInViewport();
    });
  } finally {
    await window.close();
    rmSync(home, { recursive: true, force: true });
  }
});
