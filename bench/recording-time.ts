import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { started, wrk } from './proxy.ts';
import { core, mean, type Mode, percent, type Progress, standardError } from './recording.ts';

/**
 * Where the cost of recording is (bench/recording.ts says how much it is): one load that runs on while the recorder is
 * switched on and off in random order, and what the thread that forwards takes of the processor for a call. Beside other
 * work on the machine that is far more even than requests a second. Needs wrk; two minutes.
 */
const BLOCKS = 24;
/** More than the second after which what was recorded is written. */
const SLICE_MS = 2000;
const WARM_UP_MS = 5000;

export interface RecordingTime {
  /** Microseconds of the processor that the forwarding thread takes for a call. */
  readonly threadUs: Readonly<Record<Mode, number>>;
  readonly threadMore: More;
  /** From one call's end to the next one's. */
  readonly callMore: More;
}

/** As shares of what it is without recording. */
interface More {
  readonly share: number;
  /** Standard error. */
  readonly goodTo: number;
}

interface Slice {
  readonly threadUs: number;
  readonly callUs: number;
}

export async function measureRecordingTime(): Promise<RecordingTime> {
  const upstream = await started('upstream');
  const proxy = await core(upstream.url);
  const scripts = mkdtempSync(join(tmpdir(), 'kh-bench-wrk-'));
  try {
    const seconds = Math.ceil((WARM_UP_MS + BLOCKS * 2 * SLICE_MS) / 1000) + 2;
    const load = wrk(proxy.target, scripts, seconds);
    const blocks = await blocksOf((mode) => proxy.become(mode));
    await load;
    return {
      threadUs: { on: mean(blocks.map(({ on }) => on.threadUs)), off: mean(blocks.map(({ off }) => off.threadUs)) },
      threadMore: moreOf(blocks.map(({ on, off }) => Math.log(on.threadUs / off.threadUs))),
      callMore: moreOf(blocks.map(({ on, off }) => Math.log(on.callUs / off.callUs))),
    };
  } finally {
    await proxy.stop();
    upstream.process.kill('SIGKILL');
    rmSync(scripts, { recursive: true, force: true });
  }
}

type Block = Readonly<Record<Mode, Slice>>;

async function blocksOf(become: (mode: Mode) => Promise<Progress>): Promise<readonly Block[]> {
  const slice = async (mode: Mode): Promise<Slice> => {
    const begun = await become(mode);
    await setTimeout(SLICE_MS);
    const ended = await become(mode);
    const calls = ended.calls - begun.calls;
    return { threadUs: (ended.cpuUs - begun.cpuUs) / calls, callUs: ((ended.atMs - begun.atMs) * 1000) / calls };
  };
  await setTimeout(WARM_UP_MS);
  const blocks: Block[] = [];
  for (let block = 0; block < BLOCKS; block += 1) {
    if (Math.random() < 0.5) blocks.push({ on: await slice('on'), off: await slice('off') });
    else blocks.push({ off: await slice('off'), on: await slice('on') });
  }
  return blocks;
}

function moreOf(logarithms: readonly number[]): More {
  const times = Math.exp(mean(logarithms));
  return { share: times - 1, goodTo: times * standardError(logarithms) };
}

export function formatRecordingTime({ threadUs, threadMore, callMore }: RecordingTime): string {
  return [
    'Recording, one load that runs on while it is switched on and off',
    `  the forwarding thread takes ${threadUs.off.toFixed(1)} us for a call, with it ${threadUs.on.toFixed(1)}`,
    `  that is ${more(threadMore)}`,
    `  from one call to the next it is ${more(callMore)}`,
  ].join('\n');
}

const more = ({ share, goodTo }: More): string => `${percent(share)} more (good to ${percent(goodTo)})`;
