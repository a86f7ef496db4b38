import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import { expectFits } from './window.ts';

/** One way a window may look: theme and size in CSS pixels. The name becomes part of a picture's. */
export interface Look {
  readonly name: string;
  readonly scheme: 'light' | 'dark';
  readonly width: number;
  readonly height: number;
}

const WIDE = { width: 1280, height: 860 };
export const LIGHT: Look = { name: 'light', scheme: 'light', ...WIDE };
export const DARK: Look = { name: 'dark', scheme: 'dark', ...WIDE };
export const NARROW: Look = { name: 'narrow', scheme: 'light', width: 360, height: 740 };
export const NARROW_DARK: Look = { name: 'narrow-dark', scheme: 'dark', width: 360, height: 740 };
export const ALL_LOOKS: readonly Look[] = [LIGHT, DARK, NARROW, NARROW_DARK];

/** 1280 px with text of twice the size, as the browser's setting has it: signs beside it grow, pictures stay. */
export async function withLargeText(page: Page, check: () => Promise<void>): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const write = (standard: number) =>
    session.send('Page.setFontSizes', { fontSizes: { standard, fixed: (standard * 13) / 16 } });
  await write(32);
  try {
    await check();
  } finally {
    await write(16);
    await session.detach();
  }
}

/** What axe finds on the page as it is now, by WCAG 2.1 A and AA. */
export async function axeFindings(page: Page) {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).withTags(tags).analyze();
  return violations;
}

/** Shows the page in each look, with its picture taken after `check`; afterwards it is wide again. */
export async function inLooks(
  page: Page,
  looks: readonly Look[],
  picture: string,
  check: (look: Look) => Promise<void>,
): Promise<void> {
  for (const look of looks) {
    const { name, scheme, width, height } = look;
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height });
    await check(look);
    await page.screenshot({ path: join('test-results/looks', `${picture}-${name}.png`) });
  }
  await page.setViewportSize(WIDE);
}

/** Nothing for axe to find and nothing cut off, in each of the looks. */
export async function expectLooks(page: Page, looks: readonly Look[], picture: string): Promise<void> {
  await inLooks(page, looks, picture, async ({ name }) => {
    await expectFits(page, `${picture}, ${name}`);
    expect(await axeFindings(page), `${picture}, ${name}`).toEqual([]);
  });
}
