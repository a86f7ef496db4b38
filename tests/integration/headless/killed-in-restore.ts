/**
 * Runs in an agent before its own modules: kills it, as `kill -9` does, right before the step number KILLED_AT of a restore.
 * A step is a call that changes the folder; the first is the copy of the backup that is to be put back.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const CHANGING = ['copyFileSync', 'mkdirSync', 'renameSync', 'rmdirSync', 'rmSync', 'writeSync'] as const;
const killedAt = Number(process.env['KILLED_AT']);
let steps = 0;

for (const name of CHANGING) {
  const real = fs[name] as (...args: unknown[]) => unknown;
  const counted = (...args: unknown[]): unknown => {
    const isFirst = name === 'copyFileSync' && String(args[1]).endsWith('.restoring');
    if (isFirst || steps > 0) steps += 1;
    if (steps === killedAt) process.kill(process.pid, 'SIGKILL');
    return real(...args);
  };
  Object.assign(fs, { [name]: counted });
}
syncBuiltinESMExports();
