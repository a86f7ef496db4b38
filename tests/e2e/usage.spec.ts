import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { json as readJson } from 'node:stream/consumers';
import { expect, type Page, test } from '@playwright/test';
import { createLog } from '../../electron/core/logs/log.ts';
import { resolvePaths } from '../../electron/core/paths.ts';
import { Vault } from '../../electron/core/vault/vault.ts';
import type { UsageFigures } from '../../shared/usage.ts';
import { environment, KEYHARBOR, outcomeOf } from '../integration/cli/command.ts';
import { fakeKey } from '../support/fake-keys.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { NO_KEYCHAIN } from '../support/no-keychain.ts';
import { makeClient } from './endpoint-client.ts';
import { FIRST_HOST } from './hosts.ts';
import { expectLooks, inLooks, LIGHT, type Look, NARROW_DARK } from './looks.ts';
import { addKey, createVault, expectFits, goTo, PASSWORD } from './window.ts';

const PRICED = 'gpt-5-mini';
const UNPRICED = 'fine-tune-of-ours';

const SMALLEST: Look = { ...NARROW_DARK, width: 320 };
/** 1280 px at 200 %. */
const ZOOMED: Look = { ...LIGHT, name: 'zoomed', width: 640, height: 430 };
const look = (page: Page, state: string) => expectLooks(page, [LIGHT, SMALLEST], `usage-${state}`);
/** A table whose rows become lines where there is little room has nothing to scroll to at its side. */
const tablesFit = (page: Page) =>
  page
    .locator('[data-stacks]')
    .evaluateAll((boxes) => boxes.every(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth));
/** What holds much: nothing cut off in both, and axe, which takes seconds there, in the one where all of it is seen. */
async function lookOnce(page: Page, state: string): Promise<void> {
  await inLooks(page, [SMALLEST, ZOOMED, LIGHT], `usage-${state}`, async () => {
    await expectFits(page, state);
    await expect.poll(() => tablesFit(page), `${state}: tables`).toBe(true);
  });
  await expectLooks(page, [LIGHT], `usage-${state}`);
}

/** A provider that answers chat completions and says what each used. */
async function startMetered() {
  const server = createServer((request, response) => {
    void (async () => {
      const { model, fails } = (await readJson(request)) as { readonly model: string; readonly fails?: boolean };
      response.writeHead(fails === true ? 500 : 200, { 'content-type': 'application/json' });
      const usage = {
        prompt_tokens: 1_200,
        completion_tokens: 300,
        total_tokens: 1_500,
        prompt_tokens_details: { cached_tokens: 200 },
      };
      const choices = [{ index: 0, message: { role: 'assistant', content: 'hm' }, finish_reason: 'stop' }];
      const error = { message: 'overloaded', type: 'server_error' };
      response.end(JSON.stringify(fails === true ? { error } : { object: 'chat.completion', model, choices, usage }));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => new Promise((resolve) => server.close(resolve)) };
}

/** What the raw records add up to, read from the database after the host let it go. */
async function sqlSums(home: string) {
  const log = createLog(join(home, 'logs'));
  const paths = resolvePaths({ KEYHARBOR_HOME: home });
  const vault = new Vault({ paths, clock: new FakeClock(), keychain: NO_KEYCHAIN, log });
  try {
    await vault.unlock(PASSWORD);
    return vault
      .opened()
      .usageDb.prepare(
        `SELECT count(*) AS requests, sum(input_tokens) AS inputTokens, sum(cache_read_tokens) AS cacheReadTokens,
                sum(output_tokens) AS outputTokens, sum(cost_micro_usd) AS costMicroUsd
         FROM usage_record`,
      )
      .get() as Readonly<Record<string, number>>;
  } finally {
    await vault.close();
    log.close();
  }
}

/** What an entry of the export menu puts into the folder for downloads. */
async function exported(page: Page, entry: string, ending: string, button = 'Export', what = 'usage'): Promise<Buffer> {
  await page.getByRole('button', { name: button, exact: true }).click();
  await page.getByRole('menuitem', { name: entry, exact: true }).click();
  await expect(page.getByText(new RegExp(`^Saved keyharbor-${what}-\\d.*\\.${ending}$`))).toBeVisible();
  const pattern = new RegExp(`^keyharbor-${what}-\\d`);
  const saved = readdirSync(homedir()).find((name) => pattern.test(name) && name.endsWith(ending)) ?? '';
  return readFileSync(join(homedir(), saved));
}

const micro = (text: string): number => Math.round(Number(text.replace(/[≥$,\s]/g, '')) * 1_000_000);

test('what was called is on the screen at once, equal to the command line and the records, for eyes, keys and readers', async () => {
  test.setTimeout(120_000);
  const home = mkdtempSync(join(tmpdir(), 'kh-home-'));
  const provider = await startMetered();
  const window = await FIRST_HOST.open(home);
  const { page } = window;
  const tile = (name: string) =>
    page
      .getByRole('definition')
      .filter({ has: page.locator('span') })
      .and(page.locator(`dt:has-text("${name}") + dd`));
  const cursor = page.getByRole('slider', { name: /^Points of Spend per/ });
  try {
    await createVault(page, { bind: false });
    await goTo(page, 'Usage');
    await expect(page.getByRole('heading', { name: 'Nothing counted yet' })).toBeVisible();
    await lookOnce(page, 'empty');
    await page.getByRole('tab', { name: 'Prices' }).click();
    await expect(page.getByRole('row', { name: PRICED })).toBeVisible();
    await page.getByRole('tab', { name: 'Overview' }).click();

    const accept = () => window.accept('Use this host');
    const value = fakeKey('openai', 'project');
    await addKey(page, { value, provider: 'OpenAI', label: 'work', baseUrl: provider.url, test: false }, accept);
    const { origin, token } = await makeClient(window, 'nightly script', ['proxy:openai']);
    const ask = async (model: string, fails = false): Promise<void> => {
      const answer = await fetch(`${origin}/proxy/openai@work/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model, fails, messages: [] }),
      });
      await answer.arrayBuffer();
      expect(answer.status).toBe(fails ? 500 : 200);
    };

    await test.step('a call shows within a second or two, and the focus stays where it is', async () => {
      await ask(PRICED);
      await expect(tile('Requests')).toContainText('1', { timeout: 3_000 });
      await cursor.focus();
      const before = await cursor.getAttribute('aria-valuetext');
      await ask(PRICED);
      await expect(tile('Requests')).toContainText('2', { timeout: 3_000 });
      await expect(cursor).toBeFocused();
      await expect(cursor).not.toHaveAttribute('aria-valuetext', before ?? '');
    });

    await test.step('failures and calls without a price are told apart', async () => {
      await ask(PRICED, true);
      await ask(UNPRICED);
      await expect(tile('Requests')).toContainText('4', { timeout: 3_000 });
      await expect(tile('Error rate')).toContainText(/25\s%/);
      await expect(tile('Spend, at least')).toContainText('No known price: 1 of 4 requests.');
      await look(page, 'overview');
    });

    await test.step('the chart is walked with the keyboard', async () => {
      await cursor.focus();
      await page.keyboard.press('ArrowUp');
      await expect(cursor).toHaveAttribute('aria-valuetext', /OpenAI: (≥\s)?\$/);
      await page.keyboard.press('Home');
      await expect(cursor).toHaveAttribute('aria-valuenow', '1');
      await page.keyboard.press('End');
      await page.keyboard.press('Enter');
      await expect(page.getByRole('tab', { name: 'Requests' })).toHaveAttribute('aria-selected', 'true');
      await expect(page.getByRole('button', { name: 'Remove the filter Provider: OpenAI' })).toBeVisible();
      await expect(page.getByRole('row', { name: /^Request of/ })).toHaveCount(4);
      await lookOnce(page, 'requests');
      await page
        .getByRole('row', { name: /^Request of/ })
        .last()
        .focus();
      await page.keyboard.press('Enter');
      const sheet = page.getByRole('dialog', { name: 'Request' });
      await expect(sheet.getByText('nightly script')).toBeVisible();
      await expect(sheet.getByText('As recorded, by the price book of today.', { exact: false })).toBeVisible();
      await lookOnce(page, 'request');
      await page.keyboard.press('Escape');
      await page.goBack();
      await expect(cursor).toBeVisible();
    });

    const figures = await test.step('the table holds the same figures as the command line', async () => {
      await page.getByLabel('Stack by').selectOption('Project');
      await page.getByRole('button', { name: 'No project' }).click();
      await expect(page.getByRole('button', { name: 'Remove the filter Project: No project' })).toBeVisible();
      await expect(tile('Requests')).toContainText('4');
      await page.getByRole('button', { name: 'Remove the filter Project: No project' }).click();
      await page.getByLabel('Stack by').selectOption('Model');
      await page
        .getByRole('group', { name: /^Show Spend per/ })
        .getByRole('button', { name: 'Table' })
        .click();
      const table = page.getByRole('table', { name: /^Spend per/ });
      const names = await table.getByRole('columnheader').allInnerTexts();
      const foot = await table.locator('tfoot tr > *').allInnerTexts();
      const cell = (name: string): string => foot[names.indexOf(name)] ?? '';
      const child = spawn(KEYHARBOR, ['usage', '--by', 'model', '--format', 'json'], { env: environment(home) });
      child.stdin.end();
      const { stdout } = await outcomeOf(child);
      const rows = JSON.parse(stdout) as readonly UsageFigures[];
      const priced = rows.find(({ key }) => key === PRICED);
      expect(micro(cell(PRICED))).toBe(priced?.costMicroUsd);
      expect(cell(UNPRICED)).toBe('Unknown');
      expect(rows.find(({ key }) => key === UNPRICED)?.costMicroUsd).toBeNull();
      expect(micro(cell('Total'))).toBe(priced?.costMicroUsd);
      expect(cell('Total')).toMatch(/^≥\s/);
      await page.getByRole('button', { name: 'Requests', exact: true }).click();
      await expect(
        page
          .getByRole('table', { name: /^Requests per/ })
          .locator('tfoot tr > *')
          .nth(1),
      ).toHaveText(String(rows.reduce((sum, row) => sum + row.requests, 0)));
      await lookOnce(page, 'table');
      const lines = (await exported(page, 'Export as CSV', 'csv')).toString('utf8').trim().split('\n');
      expect(lines.filter((line) => line.includes(PRICED) && line.includes(String(priced?.costMicroUsd)))).toHaveLength(
        1,
      );
      const records = JSON.parse((await exported(page, 'Export as JSON', 'json')).toString('utf8')) as readonly {
        readonly requests: number;
      }[];
      expect(records.reduce((sum, { requests }) => sum + requests, 0)).toBe(4);
      const parquet = await exported(page, 'Export as Parquet', 'parquet');
      expect([parquet.subarray(0, 4).toString(), parquet.subarray(-4).toString()]).toEqual(['PAR1', 'PAR1']);
      await page.reload();
      await expect(page.getByRole('table', { name: /^Requests per/ })).toBeVisible();
      return rows;
    });

    await test.step('Explore divides a figure twice; a view of it is kept, and is a picture on Home and in a file', async () => {
      await page.getByRole('tab', { name: 'Explore' }).click();
      await page.getByLabel('Show', { exact: true }).selectOption('Failed requests');
      await page.getByLabel('By', { exact: true }).selectOption('Client');
      await page.getByLabel('Then by', { exact: true }).selectOption('Outcome');
      const sums = page.getByRole('table', { name: 'Failed requests per day, by client and outcome' });
      await expect(sums.getByRole('columnheader', { name: 'nightly script · Provider failed' })).toBeVisible();
      await page
        .getByRole('group', { name: /^Show Failed requests/ })
        .getByRole('button', { name: 'Chart' })
        .click();
      await page.getByRole('button', { name: 'Lines' }).click();
      const points = page.getByRole('slider', { name: /^Points of Failed requests/ });
      await points.press('End');
      await expect(points).toHaveAttribute('aria-valuetext', /: 1\. nightly script · Provider failed 1$/);
      await look(page, 'explore');
      const png = await exported(page, 'Save as a picture (PNG)', 'png');
      expect(png.subarray(1, 4).toString()).toBe('PNG');
      expect(png.readUInt32BE(16), 'width').toBeGreaterThan(500);

      await page.getByRole('button', { name: 'Save as a view' }).click();
      const form = page.getByRole('dialog', { name: 'Save as a view' });
      await form.getByLabel('Name').fill('What fails');
      await form.getByRole('checkbox', { name: 'Show on Home' }).check();
      await page.keyboard.press('Enter');
      await expect(page.getByText('View: What fails')).toBeVisible();
      await page.getByLabel('Top', { exact: true }).selectOption('Top 3');
      await expect(page.getByText('changed', { exact: true })).toBeVisible();
      await page.reload();
      await expect(page.getByText('changed', { exact: true })).toBeVisible();
      await goTo(page, 'Home');
      await expect(page.getByRole('heading', { name: 'What fails' })).toBeVisible();
      await look(page, 'pinned');
      await page.getByRole('button', { name: 'Hide the first steps' }).click();
      await expect(page.getByRole('heading', { name: 'Three steps to begin' })).toBeHidden();
      await page.getByRole('link', { name: 'Error rate' }).click();
      await expect(page.getByRole('heading', { name: 'Failed requests per day, by provider' })).toBeVisible();
      await page.goBack();
      await expect(page.getByRole('heading', { name: 'Three steps to begin' })).toBeHidden();
      await page.getByRole('link', { name: 'Open in Usage: What fails' }).click();
      await expect(page.getByText('View: What fails')).toBeVisible();
      await expect(page.getByLabel('Top', { exact: true })).toHaveValue('8');
      await page.getByRole('button', { name: 'Views', exact: true }).click();
      await page.getByRole('menuitem', { name: 'Delete What fails' }).click();
      await page.getByRole('button', { name: 'Delete view' }).click();
      await expect(page.getByText('View: What fails')).toBeHidden();
    });

    await test.step('a series keeps its colour where the system forces all others', async () => {
      await page.emulateMedia({ forcedColors: 'active' });
      await page.goto(`${page.url().split('#')[0]}#/usage?range=today`);
      await expect(cursor).toBeVisible();
      // Red, green and blue of what is painted differ where it has a hue; text, lines and paper have none here.
      const hasHue = () =>
        page
          .locator('canvas')
          .first()
          .evaluate((canvas: HTMLCanvasElement) => {
            const { width, height } = canvas;
            const { data } = canvas.getContext('2d')?.getImageData(0, 0, width, height) ?? { data: [] };
            for (let at = 0; at < data.length; at += 4) {
              const [r = 0, g = 0, b = 0] = data.slice(at, at + 3);
              if (Math.max(r, g, b) - Math.min(r, g, b) > 60) return true;
            }
            return false;
          });
      await expect.poll(hasHue).toBe(true);
      await page.emulateMedia({ forcedColors: 'none' });
    });

    await test.step('the calendar says each day, and leads to its requests', async () => {
      await page.goto(`${page.url().split('#')[0]}#/usage?tab=calendar`);
      const today = page.getByRole('gridcell', { name: /4 requests/ });
      await today.focus();
      await page.keyboard.press('ArrowLeft');
      await expect(page.getByRole('gridcell', { name: /not collected yet/ }).and(page.locator(':focus'))).toBeVisible();
      await page.keyboard.press('ArrowRight');
      await lookOnce(page, 'calendar');
      await today.focus();
      await page.keyboard.press('Enter');
      await expect(page.getByRole('row', { name: /^Request of/ })).toHaveCount(4);
    });

    await test.step('a model without a price gets one, and past calls are priced by it', async () => {
      await page.getByRole('tab', { name: 'Prices' }).click();
      await page.getByRole('button', { name: `Set a price for ${UNPRICED}` }).click();
      const form = page.getByRole('dialog', { name: 'Set a price' });
      await form.getByLabel('Input', { exact: false }).first().fill('2');
      await form.getByLabel('Output', { exact: false }).first().fill('8');
      await page.keyboard.press('Control+Enter');
      await expect(form).toBeHidden();
      await page.getByRole('button', { name: 'Price past calls again' }).first().click();
      await page.getByRole('button', { name: 'Price again', exact: true }).click();
      await expect(page.getByText('1 call was priced again.')).toBeVisible();
      await page.getByLabel('Find a model').fill(UNPRICED);
      await lookOnce(page, 'prices');
    });

    await test.step('who offers a model is told and exported, also where nothing was overpaid', async () => {
      const offers = page.getByRole('table', { name: 'Who offers the same model' });
      await expect(offers.getByRole('row', { name: PRICED })).toContainText('cheapest');
      await page.getByRole('button', { name: `Who offers ${UNPRICED}` }).click();
      await expect(page.getByText(`${UNPRICED}: 1 offer.`)).toBeVisible();
      await page.getByLabel('A model, as any provider calls it').fill('gpt-5-mni');
      await page.keyboard.press('Enter');
      await expect(page.getByText('has a known price for gpt-5-mni.')).toBeVisible();
      await expect(offers).toBeHidden();
      await page.getByRole('button', { name: 'All models of the last 30 days' }).click();
      await expect(offers).toBeVisible();
      const csv = await exported(page, 'Export as CSV', 'csv', 'Export the offers', 'cheapest-offers');
      expect(csv.toString('utf8')).toContain(`"${PRICED}","openai","${PRICED}","kh://openai/work"`);
      await exported(page, 'Export as Parquet', 'parquet', 'Export the price list', 'prices');
    });

    await test.step('the card of the forecast holds all that it says', async () => {
      await page.getByRole('tab', { name: 'Overview' }).click();
      const how = page.getByText(/^How: /);
      await how.evaluate((one) => {
        one.firstChild?.nodeValue
          ?.repeat(12)
          .split('. ')
          .forEach((sentence) => one.append(`${sentence}. `));
      });
      for (const width of [1280, 360]) {
        await page.setViewportSize({ width, height: 860 });
        const past = () =>
          how.evaluate(({ parentElement: card }) => (card?.scrollHeight ?? 0) - (card?.clientHeight ?? 0));
        await expect.poll(past, `${width} px`).toBeLessThanOrEqual(1);
      }
      await page.setViewportSize({ width: 1280, height: 860 });
    });

    await test.step('each card exports what it shows', async () => {
      await page.getByRole('tab', { name: 'Calendar' }).click();
      const csv = (await exported(page, 'Export as CSV', 'csv', 'Export', 'usage-calendar')).toString('utf8');
      const days = csv.trim().split('\r\n').slice(1);
      expect(days.length).toBeGreaterThan(364);
      expect(days[0]).toMatch(/^"\d{4}-\d\d-\d\d"(,"")+$/);
      expect(days.at(-1)).toMatch(/^"\d{4}-\d\d-\d\d","4","1",/);
      const hours = await exported(page, 'Export as JSON', 'json', 'Export the hours of the week', 'usage-hours');
      expect(JSON.parse(hours.toString('utf8'))).toHaveLength(168);
      await page.getByRole('tab', { name: 'Overview' }).click();
      const all = 'Totals, and the period before, as JSON';
      const totals = JSON.parse(
        (await exported(page, all, 'json', 'Export', 'usage-totals')).toString('utf8'),
      ) as object[];
      expect(totals[0]).toMatchObject({ of: 'all', requests: 4, failed: 1, errorRate: 0.25 });
      const course = await exported(page, 'Export as JSON', 'json', 'Export the forecast', 'usage-forecast');
      expect((JSON.parse(course.toString('utf8')) as object[]).length).toBeGreaterThan(27);
      await expect(tile('Spend')).toContainText('Every request has a known cost.');
    });

    await window.close();
    const sums = await sqlSums(home);
    const told = (name: keyof UsageFigures): number => figures.reduce((sum, row) => sum + Number(row[name] ?? 0), 0);
    expect(sums.requests).toBe(told('requests'));
    expect(sums.inputTokens).toBe(told('inputTokens'));
    expect(sums.cacheReadTokens).toBe(told('cacheReadTokens'));
    expect(sums.outputTokens).toBe(told('outputTokens'));
    // The price that was set: 1,200 tokens in at $2 a million, 300 out at $8.
    expect(sums.costMicroUsd).toBe(told('costMicroUsd') + 2_400 + 2_400);
  } finally {
    await window.close();
    await provider.close();
    rmSync(home, { recursive: true, force: true });
  }
});
