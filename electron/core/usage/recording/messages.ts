import type { KeyObject } from 'node:crypto';
import type { EventData } from '../../../../shared/contract/events.ts';
import type { ErrorBody } from '../../../../shared/errors.ts';
import type { PriceDocument } from '../../../../shared/prices.ts';
import type { LogFields } from '../../logs/log.ts';
import type { CountedCall } from '../counted-call.ts';
import type { OwnPrices } from '../prices/price-book.ts';
import type { UsageEntry } from '../usage-entry.ts';
import type { PackedCalls } from './packed-calls.ts';

/** What the main thread and the recording thread say to each other. They come in the order in which they were sent. */
export interface Prices {
  readonly document: PriceDocument;
  readonly own: OwnPrices;
}

export interface RecordingStart {
  /** usage.db. */
  readonly file: string;
  readonly vaultId: Uint8Array;
  readonly databaseKey: KeyObject;
  readonly spillKey: KeyObject;
  readonly zone: string;
  readonly prices: Prices;
  readonly checkpoints: boolean;
  /** Files with calls that an ended process or thread had perhaps not taken: they are removed when it has begun. */
  readonly left: readonly string[];
  /** Likewise, of the ring (left-ring.ts). */
  readonly leftRings: readonly string[];
  /** Of the ring's file: 16 bytes; null: it has none. */
  readonly ringId: Uint8Array | null;
  /** Of `CountedResults`: threads end when nothing is recorded for a while, and these outlive them. */
  readonly results: readonly (readonly [id: string, requestId: string])[];
}

/** What the main thread waits for. */
export type Act =
  /** Write what waits. */
  | { readonly act: 'flush' }
  /** Write what waits, and tell what could not be written. */
  | { readonly act: 'settle' }
  /** Add the next day that is over to its week and month. */
  | { readonly act: 'fold'; readonly nowMs: number }
  /** Whether the log may be emptied into the file. */
  | { readonly act: 'checkpoints'; readonly on: boolean }
  /** Write what waits and close everything. */
  | { readonly act: 'close' };

export type ToThread =
  | { readonly kind: 'start'; readonly start: RecordingStart }
  | PackedCalls
  | { readonly kind: 'entries'; readonly entries: readonly UsageEntry[] }
  /** `ring`: how far the ring was written when this was said; those calls come first. */
  | { readonly kind: 'prices'; readonly prices: Prices; readonly ring: number }
  | { readonly kind: 'zone'; readonly zone: string }
  | { readonly kind: 'woken'; readonly timer: number }
  /** There are calls in the ring. */
  | { readonly kind: 'wake' }
  | { readonly kind: 'ask'; readonly id: number; readonly act: Act; readonly ring: number };

export interface Done {
  /** After `settle`: what the database did not take. */
  readonly waiting: readonly CountedCall[];
  /** Reported calls that were written since the last answer: these were new. */
  readonly told: readonly CountedCall[];
  /** After `fold`: whether there was one. */
  readonly folded: boolean;
  /** After `close`: ids of requests that are not in the database, where not all of them is in the thread's spill file. */
  readonly unkept: readonly string[];
  /** After `close`, of `CountedResults`: what the thread has read. */
  readonly results: readonly (readonly [id: string, requestId: string])[];
}

export type FromThread =
  | { readonly kind: 'answer'; readonly id: number; readonly done: Done; readonly error: ErrorBody | null }
  /** usage.db is open and has what an ended process left. */
  | { readonly kind: 'begun' }
  | { readonly kind: 'batch'; readonly ms: number }
  | { readonly kind: 'recorded'; readonly summary: EventData<'usage.recorded'> }
  /** Reported calls were written that nobody waited for. */
  | { readonly kind: 'told' }
  | { readonly kind: 'unknown'; readonly provider: string; readonly model: string }
  | { readonly kind: 'warn'; readonly code: string; readonly fields?: LogFields | undefined }
  /** Time is the main thread's. */
  | { readonly kind: 'wake'; readonly timer: number; readonly ms: number }
  | { readonly kind: 'sleep'; readonly timer: number };

/** Places in the shared numbers: what both threads must see at once. */
export const ANSWERED = 0;
export const STATE = 1;
/** Calls that the thread has taken. */
export const TAKEN = 2;
/** How far the ring of ended calls was written and read (call-ring.ts). */
export const WRITTEN = 3;
export const READ = 4;
/** 1: the thread sleeps until a message comes; else it looks by itself every few milliseconds. */
export const PARKED = 5;
/** 1: the main thread waits for an answer. */
export const AWAITED = 6;
/** Always 0: to wait for it to change is to sleep. */
export const NEVER = 7;
/** 1: the thread ended by itself, while the other waits for its answer perhaps. */
export const ENDED = 8;
/** How far the pad of the ring's file is filled (ring-pad.ts): slots since the start. */
export const FILLED = 9;
export const PLACES = 10;
export const STATES = ['off', 'recording', 'waiting', 'damaged'] as const;
export type RecordingState = (typeof STATES)[number];
