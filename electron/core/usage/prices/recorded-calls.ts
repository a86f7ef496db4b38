import type Database from 'better-sqlite3';
import { z } from 'zod';
import { NAME_KINDS } from '../dimensions.ts';
import { MEASURES } from '../meter/meter.ts';
import { UNITS } from '../meter/tally.ts';
import { recordRow } from '../record-row.ts';
import { summedAs } from '../summed-rows.ts';
import { PRICE_REASONS, type PricedCall, type PriceReason } from './price-of.ts';

/** A record as it is priced again. */
export interface RecordedCall {
  readonly seq: number;
  readonly atMs: number;
  readonly cell: number;
  readonly call: PricedCall;
  readonly costMicroUsd: number | null;
  readonly why: PriceReason;
  readonly cacheSavedMicroUsd: number;
}

const pricedRow = recordRow.omit({
  source: true,
  request_id: true,
  retry_of: true,
  credential_version: true,
  method: true,
  status: true,
  error_type: true,
  latency_ms: true,
  first_byte_ms: true,
});
const COLUMNS = Object.keys(pricedRow.shape).join(', ');
const cellRow = z.looseObject({ provider_name: z.string(), model_name: z.string(), endpoint_name: z.string() });

interface Cell {
  /** Numbers in usage_name, in the order of NAME_KINDS. */
  readonly names: readonly number[];
  readonly provider: string;
  readonly model: string;
  readonly endpoint: string;
}

/** Reads records in the order of their time, a page at once. */
export class RecordedCalls {
  readonly #page: Database.Statement;
  readonly #unpriced: Database.Statement;
  readonly #cell: Database.Statement;
  readonly #cells = new Map<number, Cell>();

  constructor(db: Database.Database) {
    this.#page = db.prepare(
      `SELECT ${COLUMNS} FROM usage_record
       WHERE at_ms >= :atMs AND (at_ms > :atMs OR seq > :seq) AND at_ms < :beforeMs ORDER BY at_ms, seq LIMIT :limit`,
    );
    this.#unpriced = db.prepare(
      `SELECT ${COLUMNS} FROM usage_record
       WHERE at_ms >= :fromMs AND at_ms < :beforeMs AND cost_micro_usd IS NULL
         AND cell IN (SELECT id FROM usage_cell WHERE provider = :provider AND model = :model)
       ORDER BY at_ms DESC LIMIT :limit`,
    );
    this.#cell = db.prepare(
      `SELECT c.*, p.name AS provider_name, m.name AS model_name, e.name AS endpoint_name
       FROM usage_cell AS c
       JOIN usage_name AS p ON p.id = c.provider JOIN usage_name AS m ON m.id = c.model
       JOIN usage_name AS e ON e.id = c.endpoint WHERE c.id = ?`,
    );
  }

  /** @param after - the last one of the page before. */
  page(after: { readonly atMs: number; readonly seq: number }, beforeMs: number, limit: number): RecordedCall[] {
    return this.#calls(this.#page.all({ ...after, beforeMs, limit }));
  }

  /** Calls without a known cost, the latest first. @param model - and `provider`: numbers in usage_name. */
  unpriced(
    names: { readonly provider: number; readonly model: number },
    time: { readonly fromMs: number; readonly beforeMs: number },
    limit: number,
  ): RecordedCall[] {
    return this.#calls(this.#unpriced.all({ ...names, ...time, limit }));
  }

  #calls(rows: readonly unknown[]): RecordedCall[] {
    return z
      .array(pricedRow)
      .parse(rows)
      .map((row) => {
        const cell = this.cell(row.cell);
        const why = PRICE_REASONS[row.price_reason] ?? 'not_told';
        return {
          seq: row.seq,
          atMs: row.at_ms,
          cell: row.cell,
          costMicroUsd: row.cost_micro_usd,
          cacheSavedMicroUsd: row.cache_saved_micro_usd,
          why,
          call: callOf(row, cell),
        };
      });
  }

  cell(id: number): Cell {
    const known = this.#cells.get(id);
    if (known !== undefined) return known;
    const row = cellRow.parse(this.#cell.get(id));
    const names = NAME_KINDS.map((kind) => z.int().parse(row[kind]));
    const cell = { names, provider: row.provider_name, model: row.model_name, endpoint: row.endpoint_name };
    this.#cells.set(id, cell);
    return cell;
  }
}

function callOf(row: z.output<typeof pricedRow>, { provider, model, endpoint }: Cell): PricedCall {
  const unit = row.unit === null ? undefined : UNITS[row.unit];
  const tokens = {
    inputTokens: row.input_tokens,
    cacheReadTokens: row.cache_read_tokens,
    cacheWriteTokens: row.cache_write_tokens,
    cacheWriteLongTokens: row.cache_write_long_tokens,
    outputTokens: row.output_tokens,
    reasoningTokens: row.reasoning_tokens,
  };
  const measure = MEASURES[row.measure] ?? 'none';
  return {
    provider,
    measure,
    seen: measure === 'measured' || Object.values(tokens).some((count) => count > 0),
    model: model === '' ? null : model,
    tokens,
    quantity: unit === undefined || row.thousandths === null ? null : { unit, thousandths: row.thousandths },
    webSearches: row.web_searches,
    providerCostMicroUsd: null,
    serviceTier: row.service_tier,
    region: row.region,
    ...summedAs(endpoint),
  };
}
