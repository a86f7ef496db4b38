import { measureAgentMemory, formatAgentMemory } from './agent-memory.ts';
import { formatEndpoint, measureEndpoint } from './endpoint.ts';
import { formatGet, measureGet } from './get.ts';
import { formatKilled, measureKilled } from './killed.ts';
import { formatProxy, measureProxy } from './proxy.ts';
import { formatQuota, measureQuota } from './quota.ts';
import { formatRecording, measureRecording } from './recording.ts';
import { formatRecordingTime, measureRecordingTime } from './recording-time.ts';
import { formatSeal, measureSeal } from './seal.ts';
import { formatUnlock, measureUnlock } from './unlock.ts';
import { formatUsageInserts, measureUsageInserts } from './usage-inserts.ts';
import { formatUsageMeter, measureUsageMeter } from './usage-meter.ts';
import { formatUsageOpen, measureUsageOpen } from './usage-open.ts';
import { formatUsageReports, measureUsageReports } from './usage-reports.ts';
import { formatWindowStart, measureWindowStart } from './window-start.ts';

/**
 * `npm run bench [NAME]…`: all figures, or the named ones. One after the other: they share two cores. Those of LARGE make
 * gigabytes of data first: they are run where they are named.
 */
const BENCHES = {
  get: async () => formatGet(await measureGet()),
  endpoint: async () => formatEndpoint(await measureEndpoint()),
  proxy: async () => formatProxy(await measureProxy()),
  recording: async () => formatRecording(await measureRecording()),
  'recording-time': async () => formatRecordingTime(await measureRecordingTime()),
  killed: async () => formatKilled(await measureKilled()),
  quota: () => formatQuota(measureQuota()),
  seal: async () => formatSeal(await measureSeal()),
  unlock: async () => formatUnlock(await measureUnlock()),
  window: async () => formatWindowStart(await measureWindowStart()),
  'usage-inserts': () => formatUsageInserts(measureUsageInserts()),
  'usage-meter': () => formatUsageMeter(measureUsageMeter()),
  'usage-reports': async () => formatUsageReports(await measureUsageReports()),
  'usage-open': async () => formatUsageOpen(await measureUsageOpen()),
  memory: async () => formatAgentMemory(await measureAgentMemory()),
} as const;

const LARGE: ReadonlySet<string> = new Set(['usage-reports', 'usage-open']);

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(BENCHES, name));
if (unknown.length > 0) {
  console.error(`There is no bench of that name. Known: ${Object.keys(BENCHES).join(', ')}`);
  process.exit(2);
}
for (const [name, measure] of Object.entries(BENCHES)) {
  if (wanted.length > 0 ? !wanted.includes(name) : LARGE.has(name)) continue;
  console.log(`${await measure()}\n`);
}
