import type { ErrorBody } from '../../../../shared/errors.ts';
import type { QueryName, StreamName } from './usage-queries.ts';

/** What the main thread and the worker thread say to each other. */
export interface WorkerStart {
  readonly file: string;
  /** 32 bytes, moved and not copied; the worker wipes them once its connection is open. */
  readonly key: Uint8Array<ArrayBuffer>;
}

export type Ask =
  | { readonly kind: 'start'; readonly start: WorkerStart }
  | { readonly kind: 'query'; readonly id: number; readonly name: QueryName; readonly input: unknown }
  /** Begins a stream; answered with its first piece. */
  | { readonly kind: 'stream'; readonly id: number; readonly name: StreamName; readonly input: unknown }
  | { readonly kind: 'next'; readonly id: number; readonly stream: number }
  | { readonly kind: 'end-stream'; readonly stream: number }
  | { readonly kind: 'stop' }
  /** To a thread that was not started: LayoutThread. */
  | {
      readonly kind: 'bring-up-to-date';
      readonly id: number;
      readonly usageDb: string;
      readonly backups: string;
      readonly nowMs: number;
      /** Wiped by whoever asked. */
      readonly key: SharedArrayBuffer;
    };

export type Answer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: ErrorBody };
