import { describe, expect, test } from 'vitest';
import { maskCommandLine, plainText } from '../../../electron/core/evidence/command-line.ts';
import { fakeKey } from '../../support/fake-keys.ts';

const SECRET = ['hunter2', 'is', 'not', 'safe'].join('-');
const KEY = fakeKey('openai', 'project');

describe('no secret of a command line is shown', () => {
  test.each([
    [['tool', `--api-key=${SECRET}`], 'tool --api-key=[masked]'],
    [['tool', `--token:${SECRET}`], 'tool --token=[masked]'],
    [['tool', '--password', SECRET, 'next'], 'tool --password [masked] next'],
    [['tool', '--auth-token', SECRET], 'tool --auth-token [masked]'],
    [['tool', '--db-password', SECRET], 'tool --db-password [masked]'],
    [['mysql', '-p', SECRET], 'mysql -p [masked]'],
    [['curl', '-u', `me:${SECRET}`, 'https://example.com/a'], 'curl -u [masked] https://example.com/a'],
    [['curl', '-H', `X-Api-Key: ${SECRET}`], 'curl -H [masked]'],
    [['curl', `--header=Authorization: Bearer ${SECRET}`], 'curl --header=Authorization: [masked] [masked]'],
    [['sh', '-c', `curl -H "Authorization: Bearer ${SECRET}" x`], 'sh -c curl -H [masked] [masked] [masked] x'],
    [['sh', '-c', `curl -H 'X-Api-Key: ${SECRET}' x`], 'sh -c curl -H [masked] [masked] x'],
    [['curl', `https://me:${SECRET}@example.com/x`], 'curl https://[masked]@example.com/x'],
    [['curl', `https://example.com/x?key=${SECRET}&a=b`], 'curl https://example.com/x?[masked]'],
    [['env', `DB_PASSWORD=${SECRET}`, `plain=${SECRET}`, 'make'], 'env DB_PASSWORD=[masked] plain=[masked] make'],
    [['sh', '-c', `TOKEN=${SECRET} tool --secret ${SECRET} x`], 'sh -c TOKEN=[masked] tool --secret [masked] x'],
    [['curl', '--user', `me:${SECRET}`, 'https://example.com'], 'curl --user [masked] https://example.com'],
    [['curl', `--proxy-user=me:${SECRET}`], 'curl --proxy-user=[masked]'],
    [['curl', `-ume:${SECRET}`], 'curl -u[masked]'],
    [['mysql', '-uroot', `-p${SECRET}`], 'mysql -uroot -p[masked]'],
    [['curl', `--header=X-Api-Key:${SECRET}`], 'curl --header=X-Api-Key: [masked]'],
    [['docker', 'run', `--env=TOKEN=${SECRET}`, 'x'], 'docker run --env=TOKEN=[masked] x'],
    [['tool', '--openaiKey', SECRET], 'tool --openaiKey [masked]'],
    [['sh', '-c', `export "TOKEN=${SECRET}"; tool`], 'sh -c export TOKEN=[masked] tool'],
    [['curl', '-d', `{"model":"x","api_key":"${SECRET}"}`], 'curl -d {"model":"x","api_key":[masked]'],
    [['curl', '-d', `{"api_key": "${SECRET}"}`], 'curl -d {"api_key": [masked]'],
    [
      ['npm', 'config', 'set', `//npm.example.com/:_authToken=${SECRET}`],
      'npm config set //npm.example.com/:_authToken=[masked]',
    ],
    [['tool', `/db:x;2nd-password:${SECRET}`], 'tool /db:x;2nd-password:[masked]'],
    [['curl', '-b', `session:${SECRET}`, '-e', SECRET], 'curl -b [masked] -e [masked]'],
    [['redis-cli', '-h', 'db', '-a', SECRET, 'PING'], 'redis-cli -h db -a [masked] PING'],
    [['sudo', '/usr/bin/valkey-cli', '-a', SECRET], 'sudo /usr/bin/valkey-cli -a [masked]'],
    [['docker', 'exec', 'db', 'redis-cli', '-a', SECRET], 'docker exec db redis-cli -a [masked]'],
    [['sh', '-c', `ls; redis-cli -a "${SECRET}" get x`], 'sh -c ls; redis-cli -a [masked] get x'],
    [['sh', '-c', `exec "redis-cli" -a ${SECRET}`], 'sh -c exec redis-cli" -a [masked]'],
    [['ldapsearch', '-x', '-D', 'me', '-w', SECRET], 'ldapsearch -x -D me -w [masked]'],
    [['ldapsearch', `-w${SECRET}`, '-b', 'x'], 'ldapsearch -w[masked] -b [masked]'],
    [['unzip', '-P', SECRET, 'a.zip'], 'unzip -P [masked] a.zip'],
    [['C:\\tools\\sqlcmd.EXE', '-P', SECRET], 'C:\\tools\\sqlcmd.EXE -P [masked]'],
    [['schtasks.exe', '/create', '/p', SECRET, '/tn', 'x'], 'schtasks.exe /create /p [masked] /tn x'],
    [['schtasks.exe', '/create', '/RP', SECRET], 'schtasks.exe /create /RP [masked]'],
    [['xfreerdp', '/u:me', `/p:${SECRET}`, '/v:host'], 'xfreerdp /u:me /p:[masked] /v:host'],
    [['tool.exe', '/password', SECRET, '/y'], 'tool.exe /password [masked] /y'],
    [['tool.exe', `/Password:${SECRET}`], 'tool.exe /Password:[masked]'],
    [['tool', KEY], 'tool [masked]'],
    [['tool', `--file=${KEY}`], 'tool --file=[masked]'],
    [['tool', 'a'.repeat(20) + 'B'.repeat(20)], 'tool [masked]'],
  ])('%j', (argv, shown) => {
    const masked = maskCommandLine(argv);
    expect(masked).not.toContain(SECRET);
    expect(masked).not.toContain(KEY);
    expect(masked).toBe(shown);
  });
});

test.each([
  [['node', '/home/me/projects/some-long-name/node_modules/.bin/vite', '--port', '3000']],
  [['git', 'push', 'origin', 'main']],
  [['claude', '--model', 'x', '-v']],
  [['python3', '-m', 'http.server']],
  [['keyharbor', 'get', 'kh://openai/work']],
  [['docker', 'run', '-p8080', '--user', '1000', 'image:tag']],
  [['token', 'list', '--no-auth', '--verbose', 'auth://host/x']],
  [['find', '.', '-path', 'x', '-prune']],
  [['pip', 'install', '--user', 'tool']],
  [['ls', '-a', 'folder']],
  [['git', 'commit', '-a', 'file', '-w', 'x']],
  [['redis-server', '-a', 'x']],
  [['sh', '-c', 'redis-cli PING | grep -a x']],
  [['scp', '-P', '2222', 'a', 'b']],
  [['msbuild.exe', '/t:Build', '/p:Configuration=Release', 'app.sln']],
  [['tool', '/p/q', '/passwd', 'x', '/srv/p', 'y']],
  [['./run.sh', '--user-agent=x', '../other/folder/with/quite/a/long/path/to/it']],
])('what helps the owner stays: %j', (argv) => {
  expect(maskCommandLine(argv)).toBe(argv.join(' '));
});

test('nothing in it moves a cursor, turns the direction of writing, or runs on for ever', () => {
  const shown = maskCommandLine(['tool', 'a\u001b[2Jb', 'c\u202ed', 'e\nf', 'x y '.repeat(2000)]);
  expect(shown).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(shown.length).toBeLessThanOrEqual(1024);
  expect([plainText('0123456789', 10), plainText('0123456789a', 10)]).toEqual(['0123456789', '012345678…']);
  expect(plainText('\ud83d\ude00'.repeat(50), 10).length).toBeLessThanOrEqual(10);
});
