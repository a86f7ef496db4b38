import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  assertRunnable,
  calibrate,
  derive,
  freshParams,
  isBelowDefault,
  type KdfParams,
  newParams,
} from '../../../electron/core/vault/kdf.ts';
import { Secret } from '../../../electron/core/vault/secret.ts';

const CHILD = path.join(import.meta.dirname, 'real-kdf-child.ts');
const salt = '00112233445566778899aabbccddeeff';
const refused = expect.objectContaining({ code: 'integrity_failure' }) as Error;

describe('a build without the test constant', () => {
  // Plain Node runs the sources without vitest's definitions: the limits are the true ones.
  const report = JSON.parse(execFileSync(process.execPath, [CHILD], { encoding: 'utf8' })) as Record<string, unknown>;

  test('refuses the cheap parameters of tests before anything runs', () => {
    expect(report['cheap']).toBe('integrity_failure');
  });

  test('runs what is within 19 MiB to 1 GiB, 1 to 16 passes and lanes, and 38 MiB passes in all', () => {
    expect(report['runnable']).toEqual({
      lowMemory: true,
      standard: true,
      largest: true,
      tooLittleMemory: false,
      tooMuchMemory: false,
      tooLittleWork: false,
      noPasses: false,
      manyPasses: false,
      noLanes: false,
      manyLanes: false,
      pbkdf2Least: true,
      pbkdf2Less: false,
      pbkdf2Most: true,
      pbkdf2More: false,
    });
  });

  test('never writes below 64 MiB, 3 passes and 4 lanes, or 600,000 PBKDF2 rounds', () => {
    expect(report['raised']).toMatchObject({ memoryKiB: 65_536, passes: 3, lanes: 4 });
    expect(report['pbkdf2']).toMatchObject({ iterations: 600_000 });
    expect(report['below']).toEqual({ lowMemory: true, standard: false });
  });
});

test('absurd costs are refused in every build', () => {
  const argon = { id: 'argon2id', memoryKiB: 65_536, passes: 3, lanes: 4, salt } as const;
  for (const change of [{ memoryKiB: 2 ** 31 }, { passes: 0 }, { passes: 17 }, { lanes: 0 }, { lanes: 255 }]) {
    expect(() => assertRunnable({ ...argon, ...change })).toThrow(refused);
    expect(() => derive(Secret.fromText('x'), { ...argon, ...change })).toThrow(refused);
  }
  expect(() => assertRunnable({ id: 'pbkdf2', iterations: 10_000_001, salt })).toThrow(refused);
});

describe('calibration', () => {
  const machine = (msPerGiBPass: number) => {
    const tried: string[] = [];
    return {
      tried,
      run: (cost: { memoryKiB: number; passes: number; lanes: number }) => {
        tried.push(`${cost.memoryKiB / 1024} MiB, ${cost.passes}`);
        return Promise.resolve((cost.memoryKiB / 1024 / 1024) * cost.passes * msPerGiBPass);
      },
    };
  };

  test('keeps the floor on a slow machine', async () => {
    expect(await calibrate(machine(4000).run, 2)).toEqual({ memoryKiB: 65_536, passes: 3, lanes: 4 });
  });

  test('raises memory before passes and ends within 250 to 500 ms', async () => {
    const fast = machine(600);
    const cost = await calibrate(fast.run, 4);
    const ms = await fast.run(cost);
    expect(cost.memoryKiB).toBeGreaterThan(65_536);
    expect(ms).toBeGreaterThanOrEqual(250);
    expect(ms).toBeLessThanOrEqual(500);
  });

  test('stops at 512 MiB and goes on with passes, up to 16', async () => {
    const cost = await calibrate(machine(1).run, 4);
    expect(cost.memoryKiB).toBeLessThanOrEqual(512 * 1024);
    expect(cost.passes).toBe(16);
  });
});

test('fresh parameters keep the cost and take a new salt', async () => {
  const first = await newParams('argon2id');
  const second = freshParams(first);
  expect({ ...second, salt: '' }).toEqual({ ...first, salt: '' });
  expect(second.salt).not.toBe(first.salt);
  expect(isBelowDefault(second)).toBe(false);
});

test('PBKDF2 is used only where it is asked for', async () => {
  expect((await newParams('argon2id')).id).toBe('argon2id');
  expect((await newParams('pbkdf2')).id).toBe('pbkdf2');
});

test('derivations asked for at once give each its own answer', async () => {
  const params: KdfParams = await newParams('argon2id');
  const answers = await Promise.all(['a', 'b', 'a'].map((text) => derive(Secret.fromText(text), params)));
  const [a, b, again] = answers.map((answer) => answer.toString('hex'));
  expect(a).toBe(again);
  expect(a).not.toBe(b);
});

describe('at most one derivation runs at a time', () => {
  const cheap: KdfParams = { id: 'argon2id', memoryKiB: 64, passes: 1, lanes: 1, salt };

  test('a short one that is asked for during a long one ends after it', async () => {
    const ended: string[] = [];
    const long = derive(Secret.fromText('a'), { ...cheap, memoryKiB: 32 * 1024, passes: 4 });
    const short = derive(Secret.fromText('b'), cheap);
    await Promise.all([long.then(() => ended.push('long')), short.then(() => ended.push('short'))]);
    expect(ended).toEqual(['long', 'short']);
  });

  test('one that fails does not hold up the next', async () => {
    const gone = Secret.fromText('a');
    gone.dispose();
    const failing = derive(gone, cheap);
    const next = derive(Secret.fromText('b'), cheap);
    await expect(failing).rejects.toThrow('disposed');
    expect((await next).byteLength).toBe(32);
  });
});
