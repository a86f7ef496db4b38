import { expect, type Page } from '@playwright/test';
import { startBrowserHost } from './browser-host.ts';
import { startDesktopHost } from './desktop-host.ts';

/** One window of the product with what a suite needs beside it, the same for each host. */
export interface OpenWindow {
  readonly page: Page;
  readonly output: () => string;
  /** Says yes to the question that the host asks outside the page. */
  accept(label: string): Promise<void>;
  /** The approval panel, once it is there: a window of its own. */
  panel(): Promise<Page>;
  /** The text on the clipboard, or null where the test cannot see it. */
  clipboard(): Promise<string | null>;
  close(): Promise<number | null>;
}

export interface HostUnderTest {
  readonly name: 'browser' | 'desktop';
  open(home: string): Promise<OpenWindow>;
}

/** How long a single act may wait for its place on the page. */
const ACT_MS = 10_000;
const READ_MS = 1500;

async function panelOf(page: Page): Promise<Page> {
  const context = page.context();
  const find = (): Page | undefined =>
    context.pages().find((one) => /^(https|app):\/\/approval/.test(one.url()) && !one.isClosed());
  await expect.poll(find, { message: 'the approval panel' }).toBeDefined();
  const panel = find();
  if (panel === undefined) throw new Error('the approval panel went away');
  panel.setDefaultTimeout(ACT_MS);
  return panel;
}

const browser: HostUnderTest = {
  name: 'browser',
  open: async (home) => {
    const host = await startBrowserHost(home);
    host.page.setDefaultTimeout(ACT_MS);
    const context = host.page.context();
    const question = (): Page | undefined =>
      context.pages().find((page) => page.url().startsWith('https://confirm.keyharbor.invalid/'));
    return {
      page: host.page,
      output: host.output,
      accept: async (label) => {
        await expect.poll(question, { message: 'a question outside the page' }).toBeDefined();
        const asked = question();
        // The window closes with the answer, sometimes before the click is reported done.
        const accept = asked?.getByRole('button', { name: label }).click();
        await accept?.catch((error: unknown) => {
          if (asked?.isClosed() !== true) throw error;
        });
        // Else it could be taken for the next question.
        await expect.poll(() => asked?.isClosed(), { message: 'the question goes with its answer' }).toBe(true);
      },
      panel: () => panelOf(host.page),
      clipboard: () => host.page.evaluate(() => navigator.clipboard.readText()).catch(() => null),
      close: () => host.close(),
    };
  },
};

const desktop: HostUnderTest = {
  name: 'desktop',
  open: async (home) => {
    const host = await startDesktopHost(home);
    host.page.setDefaultTimeout(ACT_MS);
    return {
      page: host.page,
      output: host.output,
      accept: async (label) => {
        // The host asks again when a yes comes sooner than anybody could have read the question.
        await host.page.waitForTimeout(READ_MS);
        await host.desktop.answerBox(label);
      },
      panel: () => panelOf(host.page),
      clipboard: () => host.desktop.clipboardText(),
      close: () => host.close(),
    };
  },
};

const only = process.env.KEYHARBOR_E2E_HOST;
export const HOSTS: readonly HostUnderTest[] = only === 'electron' ? [desktop] : [browser, desktop];
/** For what looks the same in every host. */
export const FIRST_HOST: HostUnderTest = only === 'electron' ? desktop : browser;
