import { randomUUID } from 'node:crypto';
import type { exportBegin, exportBegun, exportPiece, ExportView } from '../../../../shared/contract/usage-records.ts';
import { AppError } from '../../../../shared/errors.ts';
import type { z } from 'zod';
import type { Clock } from '../../seams.ts';
import type { UsageReader, UsageStream } from '../worker/usage-reader.ts';
import { type ExportPiece, piecesOf } from './export.ts';
import { type ExportFormat, MEDIA_TYPES } from './format.ts';
import type { ExportTable } from './table.ts';
import { type GivenView, isGiven, type StoredView } from './views.ts';

/** Each holds a stream of the worker thread open. */
const MOST_AT_ONCE = 4;
const IDLE_MS = 60_000;

export interface UsageExportsDeps {
  readonly reader: Pick<UsageReader, 'query' | 'stream'>;
  readonly clock: Pick<Clock, 'now' | 'after'>;
  /** @throws AppError `vault_locked`. */
  readonly zone: () => string;
}

type Pieces = Pick<UsageStream<ExportPiece>, 'next' | 'end'>;

interface Running {
  readonly stream: Pieces;
  /** The connection or page that it belongs to: nobody else reads on. */
  readonly owner: string;
  readonly fileName: string;
  callOff: () => void;
}

/** Exports that have begun and are read piece by piece. */
export class UsageExports {
  readonly #deps: UsageExportsDeps;
  readonly #running = new Map<string, Running>();

  constructor(deps: UsageExportsDeps) {
    this.#deps = deps;
  }

  /**
   * @param given - makes the rows of what is not in usage.db alone. Few: they are held until they are read.
   * @throws AppError `invalid_input`, or `throttled` where too many run.
   */
  async begin(
    { format, view }: z.output<typeof exportBegin>,
    { connection: owner, onClosed }: { connection: string; onClosed: (act: () => void) => () => void },
    given: (view: GivenView) => Promise<ExportTable>,
  ): Promise<z.output<typeof exportBegun>> {
    const { clock } = this.#deps;
    const plan = isGiven(view) ? ofTable(await given(view), format) : await this.#stored(view, format);
    if (this.#running.size >= MOST_AT_ONCE) {
      throw new AppError(
        'throttled',
        'Several exports are running. Nothing was begun.',
        'Let one of them end, or cancel it.',
      );
    }
    const id = randomUUID();
    const stream = plan.pieces();
    const day = new Date(clock.now()).toISOString().slice(0, 10);
    const fileName = `keyharbor-${FILE_NAMES[view.kind]}-${day}.${format}`;
    this.#running.set(id, { stream, owner, fileName, callOff: clock.after(IDLE_MS, () => this.#end(id)) });
    onClosed(() => this.#end(id));
    return { id, rows: plan.rows, mediaType: MEDIA_TYPES[format], fileName, remarks: [...plan.remarks] };
  }

  async #stored(view: StoredView, format: ExportFormat): Promise<Plan> {
    const { reader, clock, zone } = this.#deps;
    const asked = { view, reportingZone: zone(), nowMs: clock.now() };
    const { rows, remarks, lastId } = await reader.query('exportPlan', asked);
    return { rows, remarks, pieces: () => reader.stream('export', { ...asked, format, lastId }) };
  }

  /** @throws AppError `not_found` where it has ended, or belongs to somebody else. */
  async next(id: string, owner: string): Promise<z.output<typeof exportPiece>> {
    const running = this.#owned(id, owner);
    running.callOff();
    try {
      const { value } = await running.stream.next();
      if (value === undefined) throw gone();
      running.callOff = this.#deps.clock.after(IDLE_MS, () => this.#end(id));
      if (value.done || !this.#running.has(id)) this.#end(id);
      return { ...value };
    } catch (error) {
      this.#end(id);
      throw error;
    }
  }

  /** A name for the file, without a folder. @throws AppError `not_found`, as `next`. */
  fileName(id: string, owner: string): string {
    return this.#owned(id, owner).fileName;
  }

  /** One that has ended already is cancelled too. */
  cancel(id: string, owner: string): void {
    if (this.#running.get(id)?.owner === owner) this.#end(id);
  }

  locking(): void {
    for (const id of [...this.#running.keys()]) this.#end(id);
  }

  #owned(id: string, owner: string): Running {
    const running = this.#running.get(id);
    if (running?.owner !== owner) throw gone();
    return running;
  }

  #end(id: string): void {
    const running = this.#running.get(id);
    if (running === undefined) return;
    this.#running.delete(id);
    running.callOff();
    running.stream.end();
  }
}

interface Plan extends Pick<z.output<typeof exportBegun>, 'rows'> {
  readonly remarks: ExportTable['remarks'];
  readonly pieces: () => Pieces;
}

function ofTable(table: ExportTable, format: ExportFormat): Plan {
  const pieces = (): Pieces => {
    const made = piecesOf(table, format);
    return { next: () => Promise.resolve(made.next()), end: () => void made.return(undefined) };
  };
  return { rows: table.count(), remarks: table.remarks, pieces };
}

const FILE_NAMES: Readonly<Record<ExportView['kind'], string>> = {
  requests: 'requests',
  report: 'usage',
  overview: 'usage',
  breakdown: 'usage',
  totals: 'usage-totals',
  calendar: 'usage-calendar',
  'hours-of-week': 'usage-hours',
  forecast: 'usage-forecast',
  anomalies: 'usage-anomalies',
  cheapest: 'cheapest-offers',
  drift: 'usage-compared',
  prices: 'prices',
};

function gone(): AppError {
  return new AppError(
    'not_found',
    'This export is over: it ended, was cancelled, or waited for more than a minute. Nothing recorded is affected.',
    'Begin it again.',
  );
}
