import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Locator, type Page, test } from '@playwright/test';
import { fakeKey } from '../support/fake-keys.ts';
import { result } from './bridge.ts';
import { FIRST_HOST } from './hosts.ts';
import { withLargeText } from './looks.ts';
import { createVault, expectFits, goTo } from './window.ts';

const WIDE = { width: 1280, height: 860 };
const WIDTHS = [360, 320];
const LABEL = 'customer_support_assistant_of_the_frankfurt_office';

/** Opens all that is a click away within `box`. */
async function openAll(box: Locator): Promise<void> {
  const closed = box.locator('button[aria-expanded=false]:not([aria-haspopup])');
  while ((await closed.count()) > 0) await closed.first().click();
}

/** On the narrowest windows, and with text of twice the size. */
async function expectFitsEverywhere(page: Page, what: string): Promise<void> {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 740 });
    await expectFits(page, `${what}, ${width} px`);
  }
  await page.setViewportSize(WIDE);
  await withLargeText(page, () => expectFits(page, `${what}, text of twice the size`));
}

/** How far what is in a box goes past its edge. */
const pastEdge = (box: Locator): Promise<number> =>
  box.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth);

/** Closes what lies on top, and throws away what was entered. */
async function close(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  const discard = page.getByRole('button', { name: 'Discard' });
  const nothing = page.locator('body:not(:has([data-modal]))');
  await expect(discard.or(nothing)).toBeVisible();
  if (await discard.isVisible()) await discard.click();
  await expect(page.locator('[data-modal]')).toHaveCount(0);
}

test('sheets, dialogs and tables have room on a narrow window and with large text, and no toast covers a title', async () => {
  test.setTimeout(180_000);
  const home = mkdtempSync(join(tmpdir(), 'kh-home-'));
  const window = await FIRST_HOST.open(home);
  const { page } = window;
  try {
    await createVault(page, { bind: false });
    const fields = { api_key: fakeKey('google', 'standard') };
    await result(page, 'credentials.add', { provider: 'google', label: LABEL, fields });
    await page.emulateMedia({ reducedMotion: 'reduce' });

    await test.step('forms, with all that can be opened in them', async () => {
      await page.keyboard.press('Control+n');
      const key = page.getByRole('dialog', { name: 'New key' });
      await key.getByLabel('Paste your key').fill(fakeKey('google', 'standard'));
      await expect(key.getByText(/Google/).first()).toBeVisible();
      await openAll(key);
      await expect(key.getByLabel(/^Base URL/)).toBeVisible();
      await expectFitsEverywhere(page, 'new key');
      await close(page);

      await goTo(page, 'Clients');
      await page.getByRole('button', { name: 'New client' }).first().click();
      const client = page.getByRole('dialog', { name: 'New client' });
      await openAll(client);
      await expect(client.getByText(`google/${LABEL}`).first()).toBeVisible();
      await expectFitsEverywhere(page, 'new client');
      await close(page);

      await goTo(page, 'Quotas');
      await page.getByRole('button', { name: 'New quota' }).first().click();
      await openAll(page.getByRole('dialog', { name: 'New quota' }));
      await expectFitsEverywhere(page, 'new quota');
      await close(page);
    });

    await test.step('fields that stand beside each other stand below each other with large text', async () => {
      await goTo(page, 'Usage');
      await page.getByRole('tab', { name: 'Prices' }).click();
      await page.getByRole('button', { name: 'Set a price' }).click();
      const price = page.getByRole('dialog', { name: 'Set a price' });
      await openAll(price);
      const [input, output] = [price.getByLabel('Input').first(), price.getByLabel('Output').first()];
      const topOf = async (field: Locator) => (await field.boundingBox())?.y ?? Number.NaN;
      expect(await topOf(output)).toBe(await topOf(input));
      for (const width of [640, 400]) {
        await page.setViewportSize({ width, height: 860 });
        await withLargeText(page, async () => {
          await expect.poll(async () => (await topOf(output)) - (await topOf(input))).toBeGreaterThan(50);
          expect(await pastEdge(price.locator('form')), `${width} px with large text`).toBeLessThanOrEqual(1);
        });
      }
      await expectFitsEverywhere(page, 'set a price');
      await close(page);
    });

    await test.step('signs grow with the text beside them', async () => {
      await page.setViewportSize(WIDE);
      const sizes = () =>
        page
          .locator('nav svg, main svg.lucide')
          .evaluateAll((all) =>
            all
              .filter((one) => one.checkVisibility())
              .map((one) => [one.clientWidth, Number(one.getAttribute('width'))]),
          );
      const usual = await sizes();
      expect(usual.length).toBeGreaterThan(5);
      for (const [wide, given] of usual) expect(wide).toBe(given);
      await withLargeText(page, async () => {
        for (const [wide, given] of await sizes()) expect(wide).toBe((given ?? Number.NaN) * 2);
      });
    });

    await test.step('keys of the shortcut list go below what they do rather than past the edge', async () => {
      await page.keyboard.press('Control+/');
      const list = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
      const line = list.locator('dl > div', { hasText: 'Copy it as an env line' });
      const [act, keys] = [line.locator('dt'), line.locator('dd')];
      await page.setViewportSize({ width: 400, height: 740 });
      await withLargeText(page, async () => {
        const [below, above] = await Promise.all([keys.boundingBox(), act.boundingBox()]);
        expect(below?.y).toBeGreaterThanOrEqual((above?.y ?? 0) + (above?.height ?? 0));
        expect(await pastEdge(list)).toBeLessThanOrEqual(1);
      });
      await expectFitsEverywhere(page, 'shortcuts');
      await close(page);
    });

    await test.step('the provider’s figures beside ours: each drift with its reason in view', async () => {
      await page.getByRole('tab', { name: 'Compare & import' }).click();
      await page.getByLabel(/^Or an invoice/).fill('12.50');
      await page.getByRole('button', { name: 'Compare', exact: true }).click();
      const total = page.getByRole('table', { name: 'By day' }).getByRole('row', { name: /^Whole period/ });
      for (const width of [1280, ...WIDTHS]) {
        await page.setViewportSize({ width, height: 740 });
        await total.scrollIntoViewIfNeeded();
        await expect(total).toContainText('$12.50');
        await expect(total.getByRole('cell').last()).toBeInViewport({ ratio: 0.9 });
        await expect(total.getByRole('cell').last()).not.toBeEmpty();
      }
      await expectFitsEverywhere(page, 'drift');
    });

    await test.step('a screen begins at its top, however far the one before was scrolled', async () => {
      await goTo(page, 'Settings');
      await page.setViewportSize({ width: 360, height: 640 });
      const main = page.getByRole('main');
      const scrolled = () => main.evaluate(({ scrollTop }) => scrollTop);
      await main.evaluate((one) => one.scrollTo({ top: 400 }));
      expect(await scrolled()).toBe(400);
      await goTo(page, 'Home');
      await expect.poll(() => main.evaluate((one) => one.scrollHeight - one.clientHeight)).toBeGreaterThan(400);
      expect(await scrolled()).toBe(0);
      await page.setViewportSize(WIDE);
    });

    await test.step('a toast keeps off the title and the acts of what lies on top', async () => {
      await goTo(page, 'Settings');
      await page.setViewportSize({ width: 360, height: 640 });
      const toast = page.locator('[data-toasts] > *', { hasText: 'Backed up and checked.' });
      const put = page.getByRole('button', { name: /^Put back/ }).first();
      for (const open of [put, page.getByRole('button', { name: 'Change password' })]) {
        await page.getByRole('button', { name: 'Back up now' }).click();
        await expect(toast).toBeVisible();
        await open.click();
        const modal = page.locator('[data-modal]');
        await expect(modal.getByRole('button', { name: 'Cancel' })).toBeVisible();
        for (const part of [modal.getByRole('heading').first(), modal.getByRole('button', { name: 'Cancel' })]) {
          await expect.poll(() => overlap(toast, part)).toBeLessThanOrEqual(0); // while it is there
        }
        await toast.getByRole('button', { name: 'Dismiss' }).click();
        await expect(toast).toHaveCount(0);
        await page.keyboard.press('Escape');
        await expect(modal).toHaveCount(0);
      }
    });
  } finally {
    await window.close();
    rmSync(home, { recursive: true, force: true });
  }
});

/** By how many pixels one lies over the other, from top to bottom; both are as wide as the window here. */
async function overlap(one: Locator, other: Locator): Promise<number> {
  const [first, second] = await Promise.all([one.boundingBox(), other.boundingBox()]);
  if (first === null || second === null) return Number.NaN; // which is no overlap, and not none either
  return Math.min(first.y + first.height, second.y + second.height) - Math.max(first.y, second.y);
}

test('a start that failed says so in the middle of the window, and can be tried again', async () => {
  test.skip(FIRST_HOST.name !== 'browser', 'the bridge of the other host is out of reach of a page');
  const home = mkdtempSync(join(tmpdir(), 'kh-home-'));
  const window = await FIRST_HOST.open(home);
  const { page } = window;
  try {
    await expect(page.getByRole('button', { name: 'Create vault' })).toBeVisible();
    // The bridge keeps each question in a map until it is answered.
    await page.addInitScript(() => {
      const keep = Object.getOwnPropertyDescriptor(Map.prototype, 'set') as PropertyDescriptor;
      const fail = function (this: Map<unknown, unknown>, key: unknown, value: unknown): unknown {
        if (typeof key === 'number' && typeof value === 'function') throw new Error('no answer');
        return (keep.value as typeof Map.prototype.set).call(this, key, value);
      };
      Object.defineProperty(Map.prototype, 'set', { ...keep, value: fail });
      Object.assign(globalThis, { mend: () => Object.defineProperty(Map.prototype, 'set', keep) });
    });
    await page.reload();
    const title = page.getByRole('heading', { name: 'Keyharbor could not start' });
    await expect(title).toBeVisible();
    for (const size of [WIDE, { width: 360, height: 740 }]) {
      await page.setViewportSize(size);
      await expectFits(page, `could not start, ${size.width} px`);
      const middle = page.getByRole('main').locator('> div');
      const offset = async () => {
        const box = await middle.boundingBox();
        return box === null ? Number.NaN : Math.abs(box.y + box.height / 2 - size.height / 2);
      };
      await expect.poll(offset, `${size.width} px: in the middle`).toBeLessThan(40);
      const bar = () => page.evaluate(() => document.documentElement.scrollHeight - globalThis.innerHeight);
      expect(await bar(), `${size.width} px: no scroll bar`).toBeLessThanOrEqual(0);
    }
    await page.evaluate(() => (globalThis as unknown as { mend: () => void }).mend());
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByRole('button', { name: 'Create vault' })).toBeVisible();
  } finally {
    await window.close();
    rmSync(home, { recursive: true, force: true });
  }
});
