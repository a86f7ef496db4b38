import { type Page, withHost } from './host-page.ts';
import { DATASET_END_MS } from './usage-dataset.ts';
import { PASSWORD, usageHome } from './usage-home.ts';

/**
 * From the act that opens the Usage screen to its chart on the screen, in the browser host over 10 million records, on a
 * machine and in a window that did it before. Each round asks for another month, so that no kept answer is shown. Beside
 * it, in turns: opening Activity. Times are the page's own; a picture is on the screen one frame after it was drawn.
 */
const ROUNDS = 20;
const AFTER_UNLOCK = 5;
const WARM_UP = 2;
/** Nothing on the screen changed for so long: what it asked for is there. */
const QUIET_MS = 300;
const DAY_MS = 24 * 3_600_000;
export const GOAL_MS = 300;

export interface Spread {
  readonly p50Ms: number;
  readonly p95Ms: number;
}
export interface UsageOpen {
  /** A month in days by provider, asked of the running thread. */
  readonly month: Spread;
  /** A year in days by 200 keys. */
  readonly year: Spread;
  /** The month again, with its answer kept from before. */
  readonly again: Spread;
  /** The month as the first act after an unlock: the thread starts too. */
  readonly afterUnlock: Spread;
  readonly activity: Spread;
}

const day = (daysBefore: number): string => new Date(DATASET_END_MS - daysBefore * DAY_MS).toISOString().slice(0, 10);
const range = (from: number, to: number): string => `range=custom&from=${day(from)}&to=${day(to)}`;
const month = (back: number): string => `#/usage?${range(29 + back, back)}`;
const year = (back: number): string => `#/usage?${range(364 + back, back)}&by=credential&bucket=day`;

export async function measureUsageOpen(say: (line: string) => void = console.error): Promise<UsageOpen> {
  return withHost(await usageHome(say), async (page) => {
    await unlock(page);
    const times = { month: list(), year: list(), again: list(), afterUnlock: list(), activity: list() };
    for (let round = -WARM_UP; round < ROUNDS; round += 1) {
      const keep = round >= 0 ? times : null;
      const back = round + WARM_UP;
      keep?.month.push(await open(page, month(back), CHART));
      keep?.again.push(await open(page, month(back), CHART));
      keep?.activity.push(await open(page, '#/activity', HEADING));
      keep?.year.push(await open(page, year(back), CHART));
    }
    for (let round = 0; round < AFTER_UNLOCK; round += 1) {
      await page(`keyharbor['vault.lock']({}).then(() => true)`);
      await unlock(page);
      times.afterUnlock.push(await open(page, month(round), CHART));
    }
    return {
      month: spread(times.month),
      year: spread(times.year),
      again: spread(times.again),
      afterUnlock: spread(times.afterUnlock),
      activity: spread(times.activity),
    };
  });
}

async function unlock(page: Page): Promise<void> {
  await page(`new Promise((resolve) => {
    const look = () => document.querySelector('input[type=password]') === null ? setTimeout(look, 20) : resolve(true);
    look();
  })`);
  await page(`keyharbor['vault.unlock']({ password: ${JSON.stringify(PASSWORD)} }).then(() => true)`);
  await page(`new Promise((resolve) => {
    const look = () => document.querySelector('#content h1') === null ? setTimeout(look, 20) : resolve(true);
    look();
  })`);
}

const list = (): number[] => [];

function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.ceil(sorted.length * part) - 1] ?? Number.NaN; // nearest rank
  return { p50Ms: at(0.5), p95Ms: at(0.95) };
}

/** Tells whether the screen of this name is there. */
const HEADING = `(name) =>
  document.querySelector('#content h1')?.textContent.trim().toLowerCase() === name &&
  document.querySelector('#content [role=status][aria-label]') === null`;
/** The same, and its chart is drawn. */
const CHART = `(name) => {
  const canvas = document.querySelector('#content canvas');
  if (!(${HEADING})(name) || canvas === null || document.querySelector('#content [role=slider]') === null) return false;
  return canvas.width > 0;
}`;

/** From Settings, which asks nothing of usage.db, once all that was asked before is done. @returns milliseconds. */
async function open(page: Page, address: string, isThere: string): Promise<number> {
  await go(page, '#/settings', HEADING);
  const paintedMs = await go(page, address, isThere);
  if (isThere === CHART && (await page(IS_DRAWN)) !== true) throw new Error('the chart is empty');
  return paintedMs;
}

const IS_DRAWN = `(() => {
  const { width, height } = document.querySelector('#content canvas');
  const pixels = document.querySelector('#content canvas').getContext('2d').getImageData(0, 0, width, height).data;
  return pixels.some((part) => part > 0);
})()`;

async function go(page: Page, address: string, isThere: string): Promise<number> {
  const name = JSON.stringify(/^#.(\w+)/.exec(address)?.[1]);
  return Number(
    await page(`(async () => {
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      const isThere = ${isThere};
      const startMs = performance.now();
      location.hash = ${JSON.stringify(address)};
      while (!isThere(${name})) await frame();
      await frame(); // what was drawn is on the screen now
      const paintedMs = performance.now() - startMs;
      let changedMs = performance.now();
      const observer = new MutationObserver(() => (changedMs = performance.now()));
      observer.observe(document.body, { childList: true, subtree: true, characterData: true });
      do await new Promise((resolve) => setTimeout(resolve, ${QUIET_MS}));
      while (performance.now() - changedMs < ${QUIET_MS});
      observer.disconnect();
      return paintedMs;
    })()`),
  );
}

export function formatUsageOpen(figures: UsageOpen): string {
  const line = (what: string, { p50Ms, p95Ms }: Spread) =>
    `  ${what.padEnd(48)} p50 ${p50Ms.toFixed(0).padStart(5)} ms   p95 ${p95Ms.toFixed(0).padStart(5)} ms`;
  return [
    'opening Usage to its painted chart, browser host, warm',
    line('a month by provider', figures.month),
    line('the same month again (its answer was kept)', figures.again),
    line('a month, first act after an unlock', figures.afterUnlock),
    line('a year in days by key', figures.year),
    line('yardstick: opening Activity', figures.activity),
    `  goal: p95 at most ${GOAL_MS} ms; a month takes ${(figures.month.p50Ms / figures.activity.p50Ms).toFixed(2)} x Activity`,
  ].join('\n');
}

if (import.meta.main) console.log(formatUsageOpen(await measureUsageOpen()));
