/** Holds the lock whose path it is given until it is killed. */
import { acquireWriterLock } from '../../../electron/core/store/writer-lock.ts';

const lock = acquireWriterLock({ writerLock: process.argv[2] ?? '' });
console.log(lock === null ? 'refused' : 'held');
process.stdin.resume();
