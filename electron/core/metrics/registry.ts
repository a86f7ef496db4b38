/**
 * Counters, gauges and histograms in the Prometheus text format 0.0.4
 * (https://prometheus.io/docs/instrumenting/exposition_formats/). In memory: a restart begins at zero, as Prometheus
 * expects of counters. No label may hold a client's or a credential's name (PRODUCT.md, "Endpoint").
 */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

type LabelValues<Label extends string> = Readonly<Record<Label, string>>;

export interface Counter<Label extends string = never> {
  inc(labels: LabelValues<Label>, by?: number): void;
}
export interface Gauge<Label extends string = never> {
  set(labels: LabelValues<Label>, value: number): void;
  /** Forgets every value: what is told anew at each scrape. */
  reset(): void;
}
export interface Histogram<Label extends string = never> {
  /** Seconds, as Prometheus wants all times. */
  observe(labels: LabelValues<Label>, seconds: number): void;
}

interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly lines: () => Generator<string>;
}

/** Series of one family: a broken caller must not fill the memory with label values. */
const MAX_SERIES = 1000;
const NAME = /^keyharbor_[a-z][a-z0-9_]*$/;
/** From 50 us to 10 s: a local key takes some 30 us, a proxied call seconds. */
export const LATENCY_BUCKETS: readonly number[] = [
  0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10,
];

export class Metrics {
  readonly #families = new Map<string, Family>();
  readonly #beforeScrape = new Set<() => void>();

  /** Counts up only. By convention the name ends in `_total`. */
  counter<Label extends string = never>(name: string, help: string, labels: readonly Label[] = []): Counter<Label> {
    const series = new Series<number>(() => 0);
    this.#add({ name, help, type: 'counter', lines: () => plainLines(name, series, labels.length === 0) });
    return { inc: (given, by = 1) => series.change(keyOf(labels, given), (value) => value + by) };
  }

  gauge<Label extends string = never>(name: string, help: string, labels: readonly Label[] = []): Gauge<Label> {
    const series = new Series<number>(() => 0);
    this.#add({ name, help, type: 'gauge', lines: () => plainLines(name, series, false) });
    return {
      set: (given, value) => series.change(keyOf(labels, given), () => value),
      reset: () => series.values.clear(),
    };
  }

  histogram<Label extends string = never>(
    name: string,
    help: string,
    labels: readonly Label[] = [],
    bounds: readonly number[] = LATENCY_BUCKETS,
  ): Histogram<Label> {
    const series = new Series<Buckets>(() => ({ counts: bounds.map(() => 0), count: 0, sum: 0 }));
    this.#add({ name, help, type: 'histogram', lines: () => bucketLines(name, series, bounds) });
    return {
      observe: (given, seconds) =>
        series.change(keyOf(labels, given), (buckets) => {
          const at = bounds.findIndex((bound) => seconds <= bound);
          if (at >= 0) buckets.counts[at] = (buckets.counts[at] ?? 0) + 1;
          buckets.count += 1;
          buckets.sum += seconds;
          return buckets;
        }),
    };
  }

  /** Called before each scrape: for gauges that are worked out then. What throws leaves its figures out. */
  onScrape(listener: () => void): () => void {
    this.#beforeScrape.add(listener);
    return () => this.#beforeScrape.delete(listener);
  }

  /** The body of `GET /metrics`. */
  text(): string {
    for (const listener of this.#beforeScrape) {
      try {
        listener();
      } catch {
        // A locked vault or a broken file is told elsewhere; the other figures are still good.
      }
    }
    const lines: string[] = [];
    for (const { name, help, type, lines: own } of this.#families.values()) {
      lines.push(`# HELP ${name} ${escaped(help, false)}`, `# TYPE ${name} ${type}`, ...own());
    }
    return `${lines.join('\n')}\n`;
  }

  #add(family: Family): void {
    if (!NAME.test(family.name) || this.#families.has(family.name)) throw new Error('a bad or doubled metric name');
    this.#families.set(family.name, family);
  }
}

interface Buckets {
  readonly counts: number[];
  count: number;
  sum: number;
}

/** Values by their label text. Above the cap what is new goes into one series that says so. */
class Series<Value> {
  readonly values = new Map<string, Value>();
  readonly #start: () => Value;

  constructor(start: () => Value) {
    this.#start = start;
  }

  change(key: string, to: (value: Value) => Value): void {
    const known = this.values.get(key);
    const place = known === undefined && this.values.size >= MAX_SERIES ? 'overflow="true"' : key;
    this.values.set(place, to(known ?? this.values.get(place) ?? this.#start()));
  }
}

function keyOf<Label extends string>(labels: readonly Label[], given: LabelValues<Label>): string {
  let key = '';
  for (const name of labels) key += `${key === '' ? '' : ','}${name}="${escaped(given[name], true)}"`;
  return key;
}

/** What the text format wants escaped: hardly any text holds it, and each counted call comes through here. */
const NEEDS_ESCAPE = /[\\\n"]/;

function escaped(text: string, isLabel: boolean): string {
  if (!NEEDS_ESCAPE.test(text)) return text;
  const lines = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return isLabel ? lines.replaceAll('"', '\\"') : lines;
}

const braces = (labels: string): string => (labels === '' ? '' : `{${labels}}`);

/** A counter without labels is there from the start: an absent one cannot be told from one that is not built. */
function* plainLines(name: string, series: Series<number>, startsAtZero: boolean): Generator<string> {
  if (startsAtZero && series.values.size === 0) yield `${name} 0`;
  for (const [labels, value] of series.values) yield `${name}${braces(labels)} ${value}`;
}

function* bucketLines(name: string, series: Series<Buckets>, bounds: readonly number[]): Generator<string> {
  for (const [labels, { counts, count, sum }] of series.values) {
    const before = labels === '' ? '' : `${labels},`;
    let below = 0;
    for (const [at, bound] of bounds.entries()) {
      below += counts[at] ?? 0;
      yield `${name}_bucket{${before}le="${bound}"} ${below}`;
    }
    yield `${name}_bucket{${before}le="+Inf"} ${count}`;
    yield `${name}_sum${braces(labels)} ${sum}`;
    yield `${name}_count${braces(labels)} ${count}`;
  }
}
