import { pbkdf2, randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { hashRaw } from '@node-rs/argon2';
import { z } from 'zod';
import { AppError } from '../../../shared/errors.ts';
import { PUT_HEADER_BACK } from '../store/damage-words.ts';
import { lengthPrefixed, u32 } from './bytes.ts';
import type { Secret } from './secret.ts';

/**
 * From the master password to 32 bytes (SECURITY-DESIGN.md section 2). Argon2id version 1.3 (RFC 9106), or
 * PBKDF2-HMAC-SHA-256 (RFC 8018) where the owner asked for it by name.
 */
declare const __KEYHARBOR_CHEAP_KDF__: boolean;
/** Only test builds define this constant as true; a build without it has the true limits. */
const CHEAP = typeof __KEYHARBOR_CHEAP_KDF__ !== 'undefined' && __KEYHARBOR_CHEAP_KDF__;

const SALT_BYTES = 16;
const OUTPUT_BYTES = 32;
const MIB = 1024; // in KiB
// The values of the library's ambient enums, which isolated modules cannot read.
const ARGON2ID = 2;
const VERSION_1_3 = 1;

export type KdfName = 'argon2id' | 'pbkdf2';

const salt = z.string().regex(/^[0-9a-f]{32}$/);
export const kdfParams = z.discriminatedUnion('id', [
  z.strictObject({
    id: z.literal('argon2id'),
    memoryKiB: z.int().min(0).max(0xffff_ffff),
    passes: z.int().min(0).max(0xffff_ffff),
    lanes: z.int().min(0).max(0xffff_ffff),
    salt,
  }),
  z.strictObject({ id: z.literal('pbkdf2'), iterations: z.int().min(0).max(0xffff_ffff), salt }),
]);
export type KdfParams = z.output<typeof kdfParams>;
type Argon2Cost = Pick<Extract<KdfParams, { id: 'argon2id' }>, 'memoryKiB' | 'passes' | 'lanes'>;

/** What is written at least. Opening an older slot below it rewraps it. */
const ARGON2_FLOOR: Argon2Cost = CHEAP
  ? { memoryKiB: 64, passes: 1, lanes: 1 }
  : { memoryKiB: 64 * MIB, passes: 3, lanes: 4 };
const PBKDF2_FLOOR = CHEAP ? 1000 : 600_000;
const PBKDF2_CEILING = 10_000_000;
/** What is run at all: keeps a changed header from weakening the derivation or exhausting memory. */
const READ = CHEAP
  ? { memoryKiB: { min: 64, max: 1024 * MIB }, work: 64, pbkdf2: 1000 }
  : { memoryKiB: { min: 19 * MIB, max: 1024 * MIB }, work: 38 * MIB, pbkdf2: 600_000 };
const MAX_PASSES = 16;
const MAX_LANES = 16;

const CALIBRATE_FROM_MS = 250;
const CALIBRATE_TO_MS = 500;
const CALIBRATE_MAX_KIB = 512 * MIB;

/** @throws AppError `integrity_failure` for parameters that are not run. */
export function assertRunnable(params: KdfParams): void {
  const within = (value: number, min: number, max: number) => value >= min && value <= max;
  const runnable =
    params.id === 'pbkdf2'
      ? within(params.iterations, READ.pbkdf2, PBKDF2_CEILING)
      : within(params.memoryKiB, READ.memoryKiB.min, READ.memoryKiB.max) &&
        within(params.passes, 1, MAX_PASSES) &&
        within(params.lanes, 1, MAX_LANES) &&
        params.memoryKiB * params.passes >= READ.work;
  if (runnable) return;
  throw new AppError(
    'integrity_failure',
    'The cost of the password in vault.json is outside what Keyharbor accepts. Nothing was tried.',
    `The file was changed or damaged. ${PUT_HEADER_BACK}`,
  );
}

/** Whether a slot has less than is written today. */
export function isBelowDefault(params: KdfParams): boolean {
  if (params.id === 'pbkdf2') return params.iterations < PBKDF2_FLOOR;
  return (
    params.memoryKiB < ARGON2_FLOOR.memoryKiB ||
    params.memoryKiB * params.passes < ARGON2_FLOOR.memoryKiB * ARGON2_FLOOR.passes
  );
}

/** The same cost with a fresh salt, raised to today's floor. */
export function freshParams(from: KdfParams): KdfParams {
  const fresh = randomBytes(SALT_BYTES).toString('hex');
  if (from.id === 'pbkdf2') {
    return { id: 'pbkdf2', iterations: Math.max(from.iterations, PBKDF2_FLOOR), salt: fresh };
  }
  return {
    id: 'argon2id',
    memoryKiB: Math.max(from.memoryKiB, ARGON2_FLOOR.memoryKiB),
    passes: Math.max(from.passes, ARGON2_FLOOR.passes),
    lanes: Math.max(from.lanes, ARGON2_FLOOR.lanes),
    salt: fresh,
  };
}

/** Parameters for a new vault: PBKDF2 at its floor, or Argon2id raised to 250-500 ms on this machine. */
export async function newParams(kdf: KdfName): Promise<KdfParams> {
  const fresh = randomBytes(SALT_BYTES).toString('hex');
  if (kdf === 'pbkdf2') return { id: 'pbkdf2', iterations: PBKDF2_FLOOR, salt: fresh };
  const cost = CHEAP ? ARGON2_FLOOR : await calibrate(measure, availableParallelism());
  return { id: 'argon2id', ...cost, salt: fresh };
}

/**
 * Raises memory first, then passes, until one derivation takes at least 250 ms; never below the floor.
 * A step that would pass 500 ms by its estimate is not taken.
 */
export async function calibrate(run: (cost: Argon2Cost) => Promise<number>, cpus: number): Promise<Argon2Cost> {
  let cost = { memoryKiB: 64 * MIB, passes: 3, lanes: 4 };
  await run(cost); // the first run also pays for loading the library and for fresh pages
  let ms = await run(cost);
  while (ms < CALIBRATE_FROM_MS) {
    const larger: Argon2Cost | null =
      cost.memoryKiB * 2 <= Math.min(CALIBRATE_MAX_KIB, memoryLimitKiB())
        ? { ...cost, memoryKiB: cost.memoryKiB * 2 }
        : cost.passes < MAX_PASSES
          ? { ...cost, passes: cost.passes + 1 }
          : null;
    if (larger === null) break;
    const estimate = (ms * larger.memoryKiB * larger.passes) / (cost.memoryKiB * cost.passes);
    if (estimate > CALIBRATE_TO_MS) break;
    cost = { ...larger, lanes: Math.min(cost.lanes, Math.max(4, cpus)) };
    ms = await run(cost);
  }
  return cost;
}

/** A quarter of what this process may still take: a small container must be able to unlock again. */
function memoryLimitKiB(): number {
  return Math.floor(process.availableMemory() / 4 / 1024);
}

async function measure(cost: Argon2Cost): Promise<number> {
  const start = performance.now();
  const output = await argon2id(Buffer.alloc(24, 1), Buffer.alloc(SALT_BYTES, 2), cost);
  output.fill(0);
  return performance.now() - start;
}

let last: Promise<unknown> = Promise.resolve();

/**
 * R_pw: 32 bytes, which the caller wipes. Runs in the library's own thread; one derivation at a time in this process.
 * @throws AppError `integrity_failure` for parameters out of bounds, before anything runs.
 */
export function derive(password: Secret, params: KdfParams): Promise<Buffer> {
  assertRunnable(params);
  const turn = last.then(() => run(password, params));
  last = turn.catch(() => undefined);
  return turn;
}

function run(password: Secret, params: KdfParams): Promise<Buffer> {
  const saltBytes = Buffer.from(params.salt, 'hex');
  return password.use((bytes) =>
    params.id === 'pbkdf2'
      ? promisify(pbkdf2)(bytes, saltBytes, params.iterations, OUTPUT_BYTES, 'sha256')
      : argon2id(bytes, saltBytes, params),
  );
}

function argon2id(password: Buffer, saltBytes: Buffer, cost: Argon2Cost): Promise<Buffer> {
  return hashRaw(password, {
    algorithm: ARGON2ID,
    version: VERSION_1_3,
    memoryCost: cost.memoryKiB,
    timeCost: cost.passes,
    parallelism: cost.lanes,
    outputLen: OUTPUT_BYTES,
    salt: saltBytes,
  });
}

/** Every parameter, for the slot's AAD and the header's MAC. */
export function kdfBytes(params: KdfParams): Buffer {
  const saltBytes = Buffer.from(params.salt, 'hex');
  return params.id === 'pbkdf2'
    ? lengthPrefixed([params.id, u32(params.iterations), saltBytes])
    : lengthPrefixed([params.id, u32(params.memoryKiB), u32(params.passes), u32(params.lanes), saltBytes]);
}
