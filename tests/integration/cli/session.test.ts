import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { environment, KEYHARBOR } from './command.ts';

/** As a user may type it, in one shell; `curl` and `node` are the only other programs. */
const SESSION = `
export KEYHARBOR_HOME=$(mktemp -d) KIT=$(mktemp -d)/kit.txt; PW='correct horse battery staple 42'
printf '%s\\n' "$PW" | keyharbor init --password-stdin --no-keychain --recovery-file "$KIT"
printf '%s\\n' "$PW" | keyharbor unlock --password-stdin
printf '%s' "$KEY"   | keyharbor add openai --label work --stdin
test "$(keyharbor get kh://openai/work)" = "$KEY" && echo 'get: same'
keyharbor run --no-mask --env OPENAI_API_KEY=kh://openai/work -- sh -c 'printf %s "$OPENAI_API_KEY"'; echo
keyharbor run --env OPENAI_API_KEY=kh://openai/work -- sh -c 'printf %s "$OPENAI_API_KEY"'; echo
T=$(keyharbor client add demo --grant keys:read:openai)
keyharbor endpoint on --port 0
P=$(node -p 'JSON.parse(fs.readFileSync(process.env.KEYHARBOR_HOME+"/run/endpoint.json")).port')
curl -s -H "Authorization: Bearer $T" http://127.0.0.1:$P/v1/keys/openai/work > "$OUT/answer.json"
keyharbor lock; keyharbor get kh://openai/work; echo "get while locked: $?"
curl -s -o /dev/null -w 'endpoint while locked: %{http_code}\\n' -H "Authorization: Bearer $T" http://127.0.0.1:$P/v1/keys/openai/work
cp "$KIT" "$OUT/kit.txt"; echo "$KEYHARBOR_HOME" > "$OUT/home"; echo "$T" > "$OUT/token"
keyharbor stop
`;

const { keys } = JSON.parse(readFileSync('tests/fixtures/samples/fake_keys.json', 'utf8')) as {
  keys: { provider: string; parts: string[] }[];
};
const KEY = keys.find(({ provider }) => provider === 'openai')?.parts.join('') ?? '';

let folder = '';
let stdout = '';
let stderr = '';
let home = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kh-session-'));
  mkdirSync(join(folder, 'bin'));
  symlinkSync(KEYHARBOR, join(folder, 'bin', 'keyharbor'));
  const env = environment('', {
    TMPDIR: folder,
    OUT: folder,
    KEY,
    PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
  });
  const shell = spawnSync('sh', ['-c', SESSION], { env, encoding: 'utf8', timeout: 50_000 });
  ({ stdout, stderr } = shell);
  home = readFileSync(join(folder, 'home'), 'utf8').trim();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the session of the contract runs as written', () => {
  expect(stderr.split('\n').filter((line) => line !== '')).toEqual([
    expect.stringMatching(/^keyharbor: .*locked/),
    expect.stringMatching(/hint: .*keyharbor unlock/),
  ]);
  const lines = stdout.split('\n');
  expect(lines).toContain('get: same');
  expect(lines).toContain(KEY);
  expect(lines).toContain('********');
  expect(lines).toContain('get while locked: 3');
  expect(lines).toContain('endpoint while locked: 423');
  expect(lines.at(-2)).toBe('Stopped.');
});

test('the endpoint handed out the key', () => {
  const answer = JSON.parse(readFileSync(join(folder, 'answer.json'), 'utf8')) as Record<string, unknown>;
  expect(answer).toMatchObject({ provider: 'openai', label: 'work', scope: 'user', version: 1, value: KEY });
});

test('nothing runs afterwards, and the run folder is empty', () => {
  expect(existsSync(join(home, 'run', 'agent.sock'))).toBe(false);
  expect(existsSync(join(home, 'run', 'agent.json'))).toBe(false);
});

test('no file of the home holds the key, the password, the code or the token in the clear', () => {
  const secrets = [
    KEY,
    'correct horse battery staple 42',
    readFileSync(join(folder, 'kit.txt'), 'utf8').trim(),
    readFileSync(join(folder, 'token'), 'utf8').trim(),
  ];
  for (const name of readdirSync(home, { recursive: true, withFileTypes: true })) {
    if (!name.isFile()) continue;
    const bytes = readFileSync(join(name.parentPath, name.name));
    for (const secret of secrets) expect(bytes.includes(secret), name.name).toBe(false);
  }
});
