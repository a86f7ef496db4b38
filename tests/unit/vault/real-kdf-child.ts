/** Run by plain Node, so without the build constant of tests: prints what the true limits say. */
import { assertRunnable, freshParams, isBelowDefault, type KdfParams } from '../../../electron/core/vault/kdf.ts';

const salt = '00'.repeat(16);
const argon = (memoryKiB: number, passes: number, lanes: number): KdfParams => ({
  id: 'argon2id',
  memoryKiB,
  passes,
  lanes,
  salt,
});
const pbkdf2 = (iterations: number): KdfParams => ({ id: 'pbkdf2', iterations, salt });
const MIB = 1024;

function codeOf(params: KdfParams): string {
  try {
    assertRunnable(params);
    return 'runnable';
  } catch (error) {
    return (error as { code: string }).code;
  }
}
const runs = (params: KdfParams) => codeOf(params) === 'runnable';

console.log(
  JSON.stringify({
    cheap: codeOf(argon(64, 1, 1)),
    runnable: {
      lowMemory: runs(argon(19 * MIB, 2, 1)),
      standard: runs(argon(64 * MIB, 3, 4)),
      largest: runs(argon(1024 * MIB, 16, 16)),
      tooLittleMemory: runs(argon(19 * MIB - 1, 16, 1)),
      tooMuchMemory: runs(argon(1024 * MIB + 1, 1, 1)),
      tooLittleWork: runs(argon(37 * MIB, 1, 1)),
      noPasses: runs(argon(64 * MIB, 0, 4)),
      manyPasses: runs(argon(64 * MIB, 17, 4)),
      noLanes: runs(argon(64 * MIB, 3, 0)),
      manyLanes: runs(argon(64 * MIB, 3, 17)),
      pbkdf2Least: runs(pbkdf2(600_000)),
      pbkdf2Less: runs(pbkdf2(599_999)),
      pbkdf2Most: runs(pbkdf2(10_000_000)),
      pbkdf2More: runs(pbkdf2(10_000_001)),
    },
    raised: freshParams(argon(19 * MIB, 2, 1)),
    pbkdf2: freshParams(pbkdf2(1000)),
    below: { lowMemory: isBelowDefault(argon(19 * MIB, 2, 1)), standard: isBelowDefault(argon(64 * MIB, 3, 4)) },
  }),
);
