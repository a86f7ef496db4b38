import { createHash, createSecretKey, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Counting } from '../electron/core/usage/counted-call.ts';
import { UsageRemover } from '../electron/core/usage/include-usage/usage-remover.ts';
import { createMeter, type MeterOptions } from '../electron/core/usage/meter/meter.ts';
import { PriceBook } from '../electron/core/usage/prices/price-book.ts';
import { SpilledCalls } from '../electron/core/usage/spilled-calls.ts';
import { makeEntry, numbers } from './usage-records.ts';

/** What metering adds to one answer, beside one SHA-256 over the same bytes; loops of a second each. */
const LOOP_MS = 1000;

export interface UsageMeterFigures {
  readonly rows: readonly { readonly what: string; readonly us: number; readonly yardstickUs: number | null }[];
}

const CHAT: MeterOptions = {
  kind: 'openai',
  unit: 'tokens',
  method: 'POST',
  path: 'chat/completions',
  status: 200,
  contentType: 'application/json',
};
const USAGE =
  '{"prompt_tokens":1200,"completion_tokens":48,"total_tokens":1248,"prompt_tokens_details":{"cached_tokens":1024}}';

function jsonAnswer(textBytes: number): Buffer {
  const text = 'A line of an answer, with "quotes" in it.\n'.repeat(Math.ceil(textBytes / 42)).slice(0, textBytes);
  return Buffer.from(
    `{"id":"chatcmpl-x","object":"chat.completion","model":"gpt-6-luna","choices":[{"index":0,"message":{"role":"assistant","content":${JSON.stringify(text)}},"finish_reason":"stop"}],"usage":${USAGE}}`,
  );
}

/** As OpenAI sends it, one event a chunk. */
function eventStream(events: number): Buffer[] {
  const head =
    '{"id":"chatcmpl-x","object":"chat.completion.chunk","created":1795000000,"model":"gpt-6-luna","service_tier":"default","system_fingerprint":"fp_fake0001"';
  const chunks = Array.from({ length: events }, (_, n) =>
    Buffer.from(
      `data: ${head},"choices":[{"index":0,"delta":{"content":" word${n}"},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"fAkE"}\n\n`,
    ),
  );
  return [...chunks, Buffer.from(`data: ${head},"choices":[],"usage":${USAGE}}\n\ndata: [DONE]\n\n`)];
}

export function measureUsageMeter(): UsageMeterFigures {
  const rows: UsageMeterFigures['rows'][number][] = [];
  for (const [what, chunks, contentType] of [
    ['JSON answer of 1 KiB', [jsonAnswer(700)], 'application/json'],
    ['JSON answer of 64 KiB', [jsonAnswer(64_000)], 'application/json'],
    ['stream of 200 events', eventStream(200), 'text/event-stream'],
  ] as const) {
    const us = perRun(() => {
      const meter = createMeter({ ...CHAT, contentType });
      for (const chunk of chunks) meter.push(chunk);
      meter.end('complete');
    });
    const yardstickUs = perRun(() => {
      const hash = createHash('sha256');
      for (const chunk of chunks) hash.update(chunk);
      hash.digest();
    });
    rows.push({ what, us, yardstickUs });
  }
  const stream = eventStream(200);
  const us = perRun(() => {
    const remover = new UsageRemover();
    for (const chunk of stream) remover.push(chunk);
    remover.end();
  });
  rows.push({ what: 'usage taken out again, the same stream', us, yardstickUs: null });
  rows.push({ what: 'price and spill of one record', us: measureSpill(), yardstickUs: null });
  return { rows };
}

function measureSpill(): number {
  const folder = mkdtempSync(join(tmpdir(), 'kh-bench-spill-'));
  try {
    const book = PriceBook.load(join(import.meta.dirname, '../resources/prices.json'));
    const entry = makeEntry(numbers(1), 1, Date.UTC(2026, 10, 20));
    const place = { file: join(folder, 'spill'), vaultId: randomBytes(16), key: createSecretKey(randomBytes(32)) };
    const spill = new SpilledCalls(place);
    const counting = new Counting();
    let n = 0;
    const us = perRun(() => {
      spill.add([counting.count(entry, book)]);
      n += 1;
      if (n % 1000 === 0) spill.clear();
    });
    spill.close(false);
    return us;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function perRun(work: () => void): number {
  for (let n = 0; n < 500; n += 1) work();
  const start = performance.now();
  let runs = 0;
  while (performance.now() - start < LOOP_MS) {
    for (let n = 0; n < 20; n += 1) work();
    runs += 20;
  }
  return ((performance.now() - start) * 1000) / runs;
}

export function formatUsageMeter({ rows }: UsageMeterFigures): string {
  const line = ({ what, us, yardstickUs }: UsageMeterFigures['rows'][number]) =>
    `  ${what.padEnd(40)}${us.toFixed(1).padStart(8)} us${yardstickUs === null ? '' : `   SHA-256 of it: ${yardstickUs.toFixed(1)} us`}`;
  return ['what metering adds to one call', ...rows.map(line)].join('\n');
}
