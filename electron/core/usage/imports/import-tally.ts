import type { CsvKind, ImportReport, ImportSource } from '../../../../shared/contract/usage-imports.ts';
import type { NotCounted } from './csv-exports.ts';
import { isNotWhole } from '../not-whole.ts';
import { priceOf } from '../prices/price-of.ts';
import type { PriceBook } from '../prices/price-book.ts';
import { dateOfDay, type ReportingDays } from '../reporting-days.ts';
import type { UsageEntry } from '../usage-entry.ts';

const MAX_MODELS = 200;

type ModelSum = ImportReport['models'][number];
const newSum = (provider: string, model: string): ModelSum => ({
  provider,
  model,
  requests: 0,
  knownCostMicroUsd: 0,
  unpriced: 0,
  incomplete: 0,
});

/** What an import tells in the end. */
export class ImportTally {
  files = 0;
  filesSkipped = 0;
  found = 0;
  known = 0;
  proxied = 0;
  /** Rows whose time is not over: their figures still grow. */
  open = 0;
  unreadable = 0;
  csv: CsvKind | null = null;
  /** Requests that the recorded rows of an export stand for, where it says. */
  requestsInRows = 0;
  readonly #book: PriceBook;
  readonly #days: ReportingDays;
  readonly #models = new Map<string, ModelSum>();
  #recorded = 0;
  #credits = 0;
  #creditMicroUsd = 0;
  /** Rows by currency. */
  readonly #foreign = new Map<string, number>();
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;
  #input = 0;
  #cacheRead = 0;
  #cacheWrite = 0;
  #output = 0;
  #cost = 0;
  #unpriced = 0;
  #incomplete = 0;

  constructor(book: PriceBook, days: ReportingDays) {
    this.#book = book;
    this.#days = days;
  }

  get recorded(): number {
    return this.#recorded;
  }

  add({ provider, atMs, result }: UsageEntry): void {
    const { costMicroUsd, why } = priceOf({ provider, ...result }, this.#book, atMs);
    const { tokens, measure } = result;
    const isUnpriced = costMicroUsd === null ? 1 : 0;
    const isIncomplete = isNotWhole({ measure, why }) ? 1 : 0;
    const day = this.#days.dayOf(atMs);
    this.#recorded += 1;
    this.#first = Math.min(this.#first, day);
    this.#last = Math.max(this.#last, day);
    this.#input += tokens.inputTokens;
    this.#cacheRead += tokens.cacheReadTokens;
    this.#cacheWrite += tokens.cacheWriteTokens + tokens.cacheWriteLongTokens;
    this.#output += tokens.outputTokens;
    this.#cost += costMicroUsd ?? 0;
    this.#unpriced += isUnpriced;
    this.#incomplete += isIncomplete;
    const model = result.model ?? '';
    const key = `${provider}\n${model}`;
    const sum = this.#models.get(key) ?? newSum(provider, model);
    sum.requests += 1;
    sum.knownCostMicroUsd += costMicroUsd ?? 0;
    sum.unpriced += isUnpriced;
    sum.incomplete += isIncomplete;
    this.#models.set(key, sum);
  }

  leaveOut(row: NotCounted): void {
    if (row.notCounted === 'currency') {
      this.#foreign.set(row.currency, (this.#foreign.get(row.currency) ?? 0) + 1);
      return;
    }
    this.#credits += 1;
    this.#creditMicroUsd += row.microUsd;
  }

  report(source: ImportSource, dryRun: boolean): ImportReport {
    const dearestFirst = [...this.#models.values()].toSorted(
      (one, other) => other.knownCostMicroUsd - one.knownCostMicroUsd,
    );
    return {
      source,
      dryRun,
      csv: this.csv,
      files: this.files,
      filesSkipped: this.filesSkipped,
      found: this.found,
      recorded: this.#recorded,
      known: this.known,
      proxied: this.proxied,
      open: this.open,
      unreadable: this.unreadable,
      firstDay: this.#recorded === 0 ? null : dateOfDay(this.#first),
      lastDay: this.#recorded === 0 ? null : dateOfDay(this.#last),
      inputTokens: this.#input,
      cacheReadTokens: this.#cacheRead,
      cacheWriteTokens: this.#cacheWrite,
      outputTokens: this.#output,
      knownCostMicroUsd: this.#cost,
      unpriced: this.#unpriced,
      incomplete: this.#incomplete,
      models: dearestFirst.slice(0, MAX_MODELS),
      warnings: this.#warnings(source),
    };
  }

  #warnings(source: ImportSource): string[] {
    const warnings: string[] = [];
    if (this.proxied > 0) {
      warnings.push(
        source === 'csv'
          ? `Left out, as calls of the same day and model were counted already: ${some(this.proxied, 'row')}.`
          : `Left out, as they went through the proxy, which counted them: ${some(this.proxied, 'call')}.`,
      );
    }
    if (this.open > 0) {
      warnings.push(
        `Left out, as their time is not over for some hours: ${some(this.open, 'row')}. Import them later.`,
      );
    }
    for (const [currency, rows] of this.#foreign) {
      warnings.push(`Left out, as costs are counted in US dollars and these are in ${currency}: ${some(rows, 'row')}.`);
    }
    if (this.#credits > 0) {
      const sum = (this.#creditMicroUsd / 1e6).toFixed(2);
      warnings.push(
        `Left out, as credits are money that is given back and no cost: ${some(this.#credits, 'row')}, $${sum} together.`,
      );
    }
    if (source !== 'csv' && this.found === 0 && this.unreadable === 0) {
      warnings.push('There is no call in these files: nothing was used, or they are of another tool.');
    }
    if (this.unreadable > 0) warnings.push(`Passed over, as it could not be read: ${some(this.unreadable, 'line')}.`);
    if (this.requestsInRows > this.#recorded) {
      warnings.push(
        `The export sums ${some(this.requestsInRows, 'request')} in ${some(this.#recorded, 'row')}; each row counts as one.`,
      );
    }
    if (source === 'csv' && this.csv === 'anthropic-usage' && this.#recorded > 0) {
      warnings.push('The export does not say how many requests there were; each row counts as one request.');
    }
    if (source !== 'csv' && this.#recorded > 0) {
      warnings.push('Costs are list prices: what a subscription covers is not billed by the call.');
    }
    return warnings;
  }
}

const some = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
