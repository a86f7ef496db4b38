import { expect, type Page } from '@playwright/test';

/** What a person does in the window, in the words that stand on it. */
export const PASSWORD = 'correct horse battery staple 42';

/** Makes a vault and ends on Providers. */
export async function createVault(
  page: Page,
  {
    bind = true,
    at = () => Promise.resolve(),
  }: { bind?: boolean; at?: (step: 'kit' | 'device') => Promise<void> } = {},
): Promise<string> {
  await page.getByRole('button', { name: 'Create vault' }).click();
  await page.getByLabel('Master password', { exact: true }).fill(PASSWORD);
  await page.getByLabel('Repeat the password').fill(PASSWORD);
  await expect(page.getByText(/Strong|Very strong/).first()).toBeVisible();
  await page.getByRole('button', { name: 'Create vault' }).click();
  const groups = page.getByRole('list', { name: 'Recovery code' }).getByRole('listitem');
  await expect(groups.first()).toBeVisible({ timeout: 20_000 });
  await at('kit');
  const code = (await groups.allInnerTexts()).map((text) => text.split(/\s+/).at(-1) ?? '');
  for (const field of await page.getByLabel(/^Group \d+$/).all()) {
    const label = await field.evaluate((input) => (input as HTMLInputElement).labels?.[0]?.textContent ?? '');
    await field.fill(code[Number(/\d+/.exec(label)?.[0]) - 1] ?? '');
  }
  await page.getByRole('button', { name: 'Continue' }).click();
  const device = page.getByRole('switch', { name: /keychain/ });
  await page.getByRole('heading', { name: 'Tie the vault to this computer' }).waitFor();
  await at('device');
  if (!bind && (await device.count()) > 0 && (await device.isChecked())) await device.click();
  await page.getByRole('button', { name: 'Open Keyharbor' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Home' })).toBeVisible({ timeout: 20_000 });
  await goTo(page, 'Providers');
  return code.join('-');
}

/** Goes to a screen by its entry in the rail. */
export async function goTo(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name, exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
}

export interface NewKey {
  readonly value: string;
  readonly provider: string;
  readonly label: string;
  readonly baseUrl?: string;
  readonly test?: boolean;
}

/** Opens the form with Ctrl+N, pastes, and saves. A local base URL is confirmed by `confirm` outside the page. */
export async function addKey(page: Page, key: NewKey, confirm?: () => Promise<void>): Promise<void> {
  await page.keyboard.press('Control+n');
  const form = page.getByRole('dialog', { name: 'New key' });
  await form.getByLabel('Paste your key').fill(key.value);
  await expect(form.getByText(new RegExp(`${key.provider}`)).first()).toBeVisible();
  await form.getByLabel(/^Label/).fill(key.label);
  if (key.baseUrl !== undefined) {
    await form.getByText('Advanced', { exact: true }).click();
    await form.getByLabel(/^Base URL/).fill(key.baseUrl);
    await form.getByRole('checkbox', { name: 'This is a local address' }).check();
  }
  const check = form.getByRole('checkbox', { name: 'Test the key after saving' });
  if (key.test === false) await check.uncheck();
  await form.getByRole('button', { name: 'Save key' }).click();
  await confirm?.();
  await expect(form).toBeHidden({ timeout: 15_000 });
}

export async function unlock(page: Page, password = PASSWORD): Promise<void> {
  await page.getByLabel('Master password').fill(password);
  await page.getByRole('button', { name: 'Unlock', exact: true }).click();
}

/** Allows what the approval panel asks. It goes with the answer, sometimes before the press is reported done. */
export async function allow(panel: Page, name: string): Promise<void> {
  await panel
    .getByRole('button', { name, exact: true })
    .click()
    .catch((error: unknown) => {
      if (!panel.isClosed()) throw error;
    });
  // Else it could be taken for the next one.
  await expect.poll(() => panel.isClosed(), { message: 'the panel goes with its last answer' }).toBe(true);
}

/** What scrolls sideways: the window, the screen, or what lies over it. A table that is too wide may, in its own frame. */
function scrollingAside(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const frames = [...document.querySelectorAll<HTMLElement>('main, [data-overlay], [data-overlay] *')].filter(
      (one) => {
        const { overflowX, overflowY } = getComputedStyle(one);
        const scrolls = [overflowX, overflowY].every((way) => way === 'auto' || way === 'scroll');
        return scrolls && one.checkVisibility() && one.querySelector(':scope > table') === null;
      },
    );
    const wide = frames.filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth + 1);
    const past = document.documentElement.scrollWidth > globalThis.innerWidth + 1;
    return [...(past ? ['the window'] : []), ...wide.map((one) => `${one.tagName} ${one.className}`)];
  });
}

/** Nothing is wider than its place. What follows a change of its size, charts and what floats, does so a frame later. */
export async function expectFits(page: Page, what: string): Promise<void> {
  await expect.poll(() => scrollingAside(page), { message: `${what}: scrolls aside` }).toEqual([]);
}
