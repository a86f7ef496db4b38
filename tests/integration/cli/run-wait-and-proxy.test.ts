import { afterAll, beforeAll, expect, test } from 'vitest';
import { fakeKey } from '../../support/fake-keys.ts';
import { type StandIn, startStandIn } from '../../support/stand-in-provider.ts';
import { outcomeOf, start } from './command.ts';
import { type UnlockedHome, unlockedHome } from './unlocked-home.ts';

const KEY = fakeKey('openai');
let vault: UnlockedHome;
let provider: StandIn;

beforeAll(async () => {
  [vault, provider] = await Promise.all([unlockedHome('proxy'), startStandIn()]);
  await vault.must(['add', 'openai', '--label', 'work', '--stdin', '--base-url', provider.url, '--local'], KEY);
});
afterAll(async () => {
  await vault.close();
  await provider.close();
});

const PROXIED = ['run', '--proxy', '--no-mask', '--env', 'OPENAI_API_KEY=kh://openai/work', '--'];
/** What an official SDK does with its two variables. */
const CALL = `
const { OPENAI_BASE_URL: base, OPENAI_API_KEY: key } = process.env;
const answer = await fetch(base + '/models', { headers: { authorization: 'Bearer ' + key } });
console.log(JSON.stringify({ base, key, status: answer.status, body: await answer.text() }));`;

test('while the endpoint is off it says how to switch it on', async () => {
  const { code, stderr } = await vault.kh([...PROXIED, 'true']);
  expect(code).toBe(1);
  expect(stderr).toMatch(/endpoint is off[\s\S]*keyharbor endpoint on/);
});

test('the child calls through the proxy with a token of the key’s own format; the key stays; the token dies with it', async () => {
  await vault.must(['endpoint', 'on', '--port', '0']);
  const out = await vault.must([...PROXIED, process.execPath, '--input-type=module', '-e', CALL]);
  const { base, key, status } = JSON.parse(out) as { base: string; key: string; status: number };
  expect(status).toBe(200);
  expect(base).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/proxy\/openai@work$/);
  expect(key).toMatch(/^sk-.*kh_(live|test)_/);
  expect(key).not.toContain(KEY);
  expect(provider.requests.at(-1)?.authorization).toBe(`Bearer ${KEY}`);
  const projects = JSON.parse(await vault.must(['usage', '--by', 'project', '--format', 'json'])) as { key: string }[];
  expect(projects.map((project) => project.key)).toEqual([process.cwd()]);
  const late = await fetch(`${base}/models`, { headers: { authorization: `Bearer ${key}` } });
  expect(late.status).toBe(401);
  expect(await vault.must(['client', 'list', '--json'])).not.toContain('"state": "active"');
});

test('a token that is lent is called so in the list, and ends with its program', async () => {
  const list = await vault.must([...PROXIED, 'sh', '-c', 'keyharbor client list']);
  expect(list).toMatch(/run sh +active, lent +proxy:openai\/work +with its program/);
});

test('what the child prints of its token is masked', async () => {
  const masked = PROXIED.filter((word) => word !== '--no-mask');
  expect(await vault.must([...masked, 'sh', '-c', 'echo "<$OPENAI_API_KEY>"'])).toBe('<********>\n');
});

test.each([
  [['run', '--proxy', '--', 'true'], 2, '--provider openai'],
  [['run', '--proxy', '--provider', 'openai', '--', 'true'], 4, 'kh://openai/work'],
  [['run', '--proxy', '--provider', 'groq', '--', 'true'], 4, 'keyharbor add groq'],
  [['run', '--proxy', '--env', 'A=kh://openai/work/api_key', '--', 'true'], 2, 'kh://openai/work'],
])('%j is refused with what to do', async (words, code, advice) => {
  const outcome = await vault.kh(words);
  expect(outcome.code).toBe(code);
  expect(outcome.stderr).toContain(advice);
});

test('--wait waits for the unlock, says so once, and goes on; without it a locked vault is exit code 3', async () => {
  await vault.must(['lock']);
  const words = ['run', '--no-mask', '--env', 'K=kh://openai/work', '--', 'sh', '-c', 'printf %s "$K"'];
  expect((await vault.kh(words)).code).toBe(3);
  const child = start(['run', '--wait', ...words.slice(1)], { home: vault.home, env: vault.env });
  const outcome = outcomeOf(child);
  await new Promise<void>((resolve) => child.stderr?.once('data', () => resolve()));
  await vault.unlock();
  const { code, stdout, stderr } = await outcome;
  expect({ code, stdout }).toEqual({ code: 0, stdout: KEY });
  expect(stderr.match(/^keyharbor: /gm)).toHaveLength(1);
});

test('what the child shares with us stays blocking: a slow stdin and a full stdout are no errors to it', async () => {
  const flags = "sed -n 's/^flags:[^0-9]*//p' /proc/self/fdinfo/0 /proc/self/fdinfo/1 /proc/self/fdinfo/2";
  for (const words of [
    ['run', '--'],
    ['run', '--env', 'K=kh://openai/work', '--'],
  ]) {
    // Long enough for all that we do after the start.
    const { stdout } = await vault.kh([...words, 'sh', '-c', `cat; ${flags}`]);
    const nonBlocking = stdout.split('\n').filter((line) => (Number.parseInt(line, 8) & 0o4000) !== 0);
    expect(nonBlocking).toEqual([]);
    expect(stdout.match(/^[0-7]+$/gm)).toHaveLength(3);
  }
});
