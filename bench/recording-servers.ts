import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createApp } from '../electron/core/app.ts';
import { systemClock } from '../electron/core/clock.ts';
import { Endpoint } from '../electron/core/endpoint/endpoint.ts';
import { createLog } from '../electron/core/logs/log.ts';
import { createAppMetrics } from '../electron/core/metrics/app-metrics.ts';
import { resolvePaths } from '../electron/core/paths.ts';
import type { ProxyTap } from '../electron/core/proxy/observers.ts';
import { PROXY_DEFAULTS } from '../electron/core/proxy/settings.ts';
import { type Keychain, KeychainUnavailable, type Shell } from '../electron/core/seams.ts';
import { UsageTap } from '../electron/core/usage/usage-tap.ts';
import { newCredential } from '../shared/contract/schemas.ts';
import type { Progress } from './recording.ts';

/**
 * The whole core with an endpoint in front, as the app composes it, for a provider at the given address. Prints its port and
 * the token of a client; with the recorder from a line `on` on, without it from a line `off` on, and says to each line how many
 * calls it was asked until then, and what this thread took of the processor. For bench/recording.ts and recording-time.ts.
 */
const [upstream = ''] = process.argv.slice(2);
let isRecorded = true;
let calls = 0;
const home = mkdtempSync(join(tmpdir(), 'kh-bench-recording-'));
const unavailable = () => Promise.reject(new KeychainUnavailable('none'));
const keychain: Keychain = {
  probe: () => Promise.resolve({ name: null, reason: 'none' }),
  read: unavailable,
  write: unavailable,
  remove: unavailable,
};
const shell: Shell = {
  kind: 'headless',
  missing: [],
  approvals: null,
  clipboard: { write: () => Promise.resolve(), read: () => Promise.resolve(null), clear: () => Promise.resolve() },
  notify: () => undefined,
  confirm: () => Promise.resolve(true),
  openLink: () => Promise.resolve(),
  systemIdleMs: () => null,
  onSystemEvent: () => () => undefined,
};
const app = createApp({
  paths: resolvePaths({ KEYHARBOR_HOME: home, HOME: home }),
  clock: systemClock,
  shell,
  keychain,
  log: createLog(null),
  version: '0.0.0-bench',
  resourcesDir: join(import.meta.dirname, '../resources'),
  idle: { source: 'requests', defaultMs: 3_600_000 },
  host: { stop: () => undefined, handOver: () => undefined, focus: () => false },
});
await app.vault.create({ password: ['correct', 'horse', 'battery', 'staple', '42'].join(' '), kdf: 'argon2id' }, 'cli');
const settings = { ...PROXY_DEFAULTS };
const tap = new UsageTap({ usage: app.usage, asks: () => true, onEvent: app.onEvent, now: Date.now });
const observers = {
  get tap(): ProxyTap {
    calls += 1; // it is asked for once a call
    return (isRecorded ? tap : undefined) as ProxyTap; // as where none was given
  },
};
const endpoint = new Endpoint({
  ...app,
  clock: systemClock,
  paths: app.options.paths,
  log: createLog(null),
  metrics: createAppMetrics(),
  usage: {
    record: (entries) => app.usage.record(entries),
    flush: () => app.usage.flush(),
    knows: (...call) => app.usage.knows(...call),
    report: () => Promise.reject(new Error('nobody asks here')),
  },
  isVaultKvOn: () => false,
  proxy: {
    catalogue: app.providers.catalogue,
    settings: () => settings,
    observers,
  },
  version: '0.0.0-bench',
  activity: () => undefined,
});
const key = ['sk', 'proj', 'k'.repeat(48)].join('-');
const place = { baseUrl: `${upstream}/v1`, local: true };
app.credentials.add(newCredential.parse({ provider: 'openai', fields: { api_key: key }, ...place }), 'cli');
const grants = ['proxy:openai'];
const { token } = app.clients.create(
  { name: 'bench', grants, expiresInDays: 1, ratePerSecond: null, test: false },
  'cli',
);
const { port } = await endpoint.on({ port: 0, actor: 'cli' });
process.once('SIGTERM', () => {
  void endpoint.close().then(async () => {
    await app.close('quit');
    rmSync(home, { recursive: true, force: true });
    process.exit(0);
  });
});
createInterface(process.stdin).on('line', (line) => {
  isRecorded = line === 'on';
  const { user, system } = process.threadCpuUsage();
  console.log(JSON.stringify({ calls, cpuUs: user + system, atMs: performance.now() } satisfies Progress));
});
console.log(JSON.stringify({ port, token }));
