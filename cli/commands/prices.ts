import { type Command, Option } from 'commander';
import type { Input, Output } from '../../shared/contract/methods.ts';
import type { PriceEntry, TokenFigures, UnpricedModel } from '../../shared/contract/prices.ts';
import { documentPiecesOf } from '../../shared/document-pieces.ts';
import { PRICE_UNITS, type PriceUnit } from '../../shared/prices.ts';
import { connectAgent } from '../connect.ts';
import { isDay } from '../date-words.ts';
import { usage } from '../fail.ts';
import { findProvider } from '../find-provider.ts';
import { dollars, perMillion } from '../money.ts';
import { note, print, printJson, write } from '../output.ts';
import { repriceCommand } from '../reprice.ts';
import { readTextFile } from '../stdin.ts';
import { fittingTable, table, terminalWidth } from '../table.ts';
import { tellLeftOut } from '../usage-format.ts';
import { momentIn, remarkOfZone, zoneOf } from '../zone-times.ts';

interface ListOptions {
  readonly provider?: string;
  readonly own?: boolean;
  readonly unpriced?: boolean;
  readonly json?: boolean;
}

async function list(options: ListOptions): Promise<void> {
  const agent = await connectAgent();
  const all = await agent.call('prices.list', {});
  const named = ({ provider }: { readonly provider: string }) => provider === options.provider;
  // Nothing of a provider that there is, or a word mistyped.
  if (options.provider !== undefined && ![...all.prices, ...all.unpriced, ...all.tiers].some(named)) {
    findProvider(await agent.call('providers.list', {}), options.provider);
  }
  const zone = await zoneOf(agent);
  agent.close();
  const ofProvider = (one: { readonly provider: string }) => options.provider === undefined || named(one);
  const prices = options.unpriced
    ? []
    : all.prices.filter((one) => ofProvider(one) && (!options.own || one.source === 'own'));
  const unpriced = options.own ? [] : all.unpriced.filter(ofProvider);
  const tiers = options.unpriced
    ? []
    : all.tiers.filter((one) => ofProvider(one) && (!options.own || one.source === 'own'));
  if (options.json) return printJson({ ...all, unpriced, prices, tiers });
  if (unpriced.length > 0) {
    write(table(['WITHOUT A COST', 'PROVIDER', 'CALLS', 'LAST', ''], unpriced.map(unpricedRow), terminalWidth()));
  }
  if (unpriced.length > 0 && prices.length > 0) print('');
  if (prices.length > 0) {
    const { text, leftOut } = fittingTable(HEADING, prices.flatMap(priceRows), terminalWidth(), NARROW);
    write(text);
    tellLeftOut(leftOut, '--json');
  } else if (unpriced.length === 0 && tiers.length === 0) note('Nothing to list.');
  if (tiers.length > 0) {
    if (prices.length > 0) print('');
    write(table(['SERVICE TIER', 'PROVIDER', 'MODELS', 'TIMES', 'SOURCE'], tiers.map(tierRow), terminalWidth()));
  }
  note(sourceOf(all, zone));
  if (all.update?.expired) remarkOfZone(zone);
  if (unpriced.some(({ knownNow }) => knownNow)) {
    note('Calls of models whose price is known by now: fill them in with "keyharbor prices reprice".');
  }
}

const HEADING = [
  'MODEL',
  'PROVIDER',
  'INPUT',
  'CACHE READ',
  'CACHE WRITE',
  '1 HOUR',
  'OUTPUT',
  'PER',
  'FROM',
  'SOURCE',
];

/** What a price is for is nothing when it is cut; what goes first most models have not. */
const NARROW = { words: [7], mayGo: [5, 4, 8, 9, 3, 1] };

const WHY: Readonly<Record<UnpricedModel['why'], string>> = {
  no_price: '',
  not_told: 'answers told no use',
  unknown_tier: 'a tier without a price: "prices tier"',
  not_kept: 'only sums are kept',
};

function unpricedRow({ provider, model, calls, lastDay, knownNow, why }: UnpricedModel): readonly string[] {
  return [
    model === '' ? '(none named)' : model,
    provider,
    String(calls),
    lastDay,
    knownNow ? 'known by now' : WHY[why],
  ];
}

/** What holds today; under it what long prompts and peak hours cost, where that is another price. */
function priceRows(one: PriceEntry): readonly (readonly string[])[] {
  const source = one.overridden ? `${one.source}, own wins` : one.source;
  if (one.per === 'tokens') {
    const price = one.prices[one.today ?? 0];
    if (price === undefined) return [[one.model, one.provider]];
    const { longPrompt: long, peak } = price;
    return [
      [one.model, one.provider, ...tokenCells(price), '1M tokens', price.from ?? '', source],
      ...(long === null ? [] : [[`  over ${long.overTokens} tokens`, '', ...tokenCells(long)]]),
      ...(peak === null ? [] : [['  in peak hours', '', ...tokenCells(peak)]]),
    ];
  }
  const price = one.prices[one.today ?? 0];
  const cells = [price === undefined ? '' : dollars(price.price), '', '', '', ''];
  return [[one.model ?? '(any)', one.provider, ...cells, `1M ${one.per}`, price?.from ?? '', source]];
}

type Figures = Pick<TokenFigures, 'input' | 'output' | 'cacheRead' | 'cacheWrite' | 'cacheWriteLong'>;

function tokenCells({ input, cacheRead, cacheWrite, cacheWriteLong, output }: Figures): readonly string[] {
  return [input, cacheRead, cacheWrite, cacheWriteLong, output].map((one) => (one === null ? '' : dollars(one)));
}

function sourceOf({ asOf, update }: Output<'prices.list'>, zone: string): string {
  if (update === null) return `Prices as of ${asOf}, as they came with Keyharbor.`;
  const old = update.expired ? `, which expired on ${momentIn(zone, update.expires)}` : '';
  return `Prices as of ${asOf}, of update ${update.version}${old}.`;
}

function tierRow({
  tier,
  provider,
  models,
  factor,
  source,
}: Output<'prices.list'>['tiers'][number]): readonly string[] {
  const starts = models === undefined ? '(all)' : models.map((start) => `${start}…`).join(' ');
  return [tier, provider, starts, factorText(factor), source];
}

const factorText = ([times, over]: readonly [number, number]): string => String(Number((times / over).toFixed(4)));

interface SetOptions {
  readonly input?: string;
  readonly output?: string;
  readonly cacheRead?: string;
  readonly cacheWrite?: string;
  readonly cacheWriteLong?: string;
  readonly over?: string;
  readonly overInput?: string;
  readonly overOutput?: string;
  readonly overCacheRead?: string;
  readonly overCacheWrite?: string;
  readonly overCacheWriteLong?: string;
  readonly unit?: PriceUnit;
  readonly price?: string;
  readonly per?: string;
  readonly from?: string;
  readonly note?: string;
  readonly json?: boolean;
}

async function set(provider: string, model: string | undefined, options: SetOptions): Promise<void> {
  const price = options.unit === undefined ? ofTokens(provider, model, options) : ofUnit(provider, model, options);
  const agent = await connectAgent();
  const kept = await agent.call('prices.set', price);
  agent.close();
  if (options.json) return printJson(kept);
  print(`The price is set. It holds for calls ${holdsFrom(options.from)}.`);
  note('Calls that were counted before keep their cost until "keyharbor prices reprice --apply".');
}

/** A day that is over, or today: the next call has it already. */
function holdsFrom(from: string | undefined): string {
  const isAhead = from !== undefined && Date.parse(from) > Date.now();
  return isAhead ? `from ${from} (UTC) on` : 'from now on';
}

type NewPrice = Input<'prices.set'>;

const OF_TOKENS = [
  'input',
  'output',
  'cacheRead',
  'cacheWrite',
  'cacheWriteLong',
  'over',
  'overInput',
  'overOutput',
  'overCacheRead',
  'overCacheWrite',
  'overCacheWriteLong',
] as const satisfies readonly (keyof SetOptions)[];
const OF_UNITS = ['price', 'per'] as const satisfies readonly (keyof SetOptions)[];

/** What would be passed over is refused: a price that is not set is worse than one that is asked for twice. */
function refuse(names: readonly (keyof SetOptions)[], options: SetOptions, why: string): void {
  const given = names.find((name) => options[name] !== undefined);
  if (given === undefined) return;
  const option = given.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw usage(`--${option} ${why}.`, 'Set the two prices one after the other.');
}

function ofTokens(provider: string, model: string | undefined, options: SetOptions): NewPrice {
  refuse(OF_UNITS, options, 'is of a price by the unit, and needs --unit');
  if (model === undefined) throw usage('Name the model whose price it is.', 'Or give --unit for what is not tokens.');
  const [input, output] = [options.input, options.output];
  if (input === undefined || output === undefined) {
    throw usage('--input and --output are needed: dollars for 1,000,000 tokens.');
  }
  return {
    per: 'tokens',
    provider,
    model,
    ...dated(options),
    input: amount(input, '--input'),
    output: amount(output, '--output'),
    ...maybe('cacheRead', options.cacheRead, '--cache-read'),
    ...maybe('cacheWrite', options.cacheWrite, '--cache-write'),
    ...maybe('cacheWriteLong', options.cacheWriteLong, '--cache-write-long'),
    ...longPrompt(options),
  };
}

function longPrompt(options: SetOptions): Pick<NewPrice & { per: 'tokens' }, 'longPrompt'> {
  const { over, overInput, overOutput, overCacheRead, overCacheWrite, overCacheWriteLong } = options;
  const all = [over, overInput, overOutput, overCacheRead, overCacheWrite, overCacheWriteLong];
  if (all.every((one) => one === undefined)) return {};
  if (over === undefined || overInput === undefined || overOutput === undefined || !/^[1-9]\d{0,8}$/.test(over)) {
    throw usage('--over needs a number of tokens, --over-input and --over-output.');
  }
  return {
    longPrompt: {
      overTokens: Number(over),
      input: amount(overInput, '--over-input'),
      output: amount(overOutput, '--over-output'),
      ...maybe('cacheRead', overCacheRead, '--over-cache-read'),
      ...maybe('cacheWrite', overCacheWrite, '--over-cache-write'),
      ...maybe('cacheWriteLong', overCacheWriteLong, '--over-cache-write-long'),
    },
  };
}

function ofUnit(provider: string, model: string | undefined, options: SetOptions): NewPrice {
  refuse(OF_TOKENS, options, 'is of a price of tokens, and does not go with --unit');
  const { unit, price, per = '1' } = options;
  if (unit === undefined || price === undefined) throw usage('--unit needs --price: dollars for one, or for --per.');
  if (!/^[1-9]\d{0,8}$/.test(per)) throw usage('--per is no whole number.');
  return {
    per: unit,
    provider,
    ...(model === undefined ? {} : { model }),
    ...dated(options),
    price: amount(price, '--price', Number(per)),
  };
}

function dated({ from, note: words }: SetOptions) {
  if (from !== undefined && !isDay(from)) throw usage('--from is no day.', 'Write it as 2026-11-20.');
  return { ...(from === undefined ? {} : { from }), ...(words === undefined ? {} : { note: words }) };
}

function maybe<Name extends string>(name: Name, typed: string | undefined, option: string) {
  return (typed === undefined ? {} : { [name]: amount(typed, option) }) as { readonly [N in Name]?: number };
}

function amount(typed: string, option: string, per = 1_000_000): number {
  const microUsd = perMillion(typed, per);
  if (microUsd === null || microUsd > 1_000_000_000_000) {
    throw usage(`${option} is no price that can be.`, 'Write dollars, as 2.50 or 0.0043.');
  }
  // What costs something must not be made free by being rounded.
  if (microUsd === 0 && /[1-9]/.test(typed)) {
    throw usage(`${option} is less than can be counted.`, 'The least is 0.000001 dollars for a million, or 0.');
  }
  return microUsd;
}

async function setTier(
  provider: string,
  tier: string,
  typed: string | undefined,
  options: { readonly remove?: boolean; readonly json?: boolean },
): Promise<void> {
  const factor = typed === undefined ? null : fraction(typed);
  if ((factor === null) !== (options.remove ?? false)) {
    throw usage('Say what the price is multiplied by, or --remove.', 'keyharbor prices tier mistral batch 0.5');
  }
  const agent = await connectAgent();
  await agent.call('prices.setTier', { provider, tier, factor });
  agent.close();
  if (options.json) return printJson({ provider, tier, factor: factor === null ? null : factor[0] / factor[1] });
  if (factor === null) print('The own price of this tier is removed.');
  else print(`From now on calls of this tier cost ${factorText(factor)} times the price of their model.`);
  note('Calls that were counted before keep their cost until "keyharbor prices reprice --apply".');
}

/** "0.5" as 1 in 2: money is never a fraction in floating point. */
function fraction(typed: string): [number, number] {
  const [, whole = '', rest = ''] = /^(\d{1,3})(?:\.(\d{1,3}))?$/.exec(typed) ?? [];
  const over = 10 ** rest.length;
  const times = Number(whole + rest);
  const common = greatestCommon(times, over);
  if (whole === '' || times === 0 || times / common > 1000) {
    throw usage('This is nothing a price is multiplied by.', 'Write it as 0.5 or 1.25.');
  }
  return [times / common, over / common];
}

const greatestCommon = (one: number, other: number): number => (other === 0 ? one : greatestCommon(other, one % other));

interface RemoveOptions {
  readonly unit?: PriceUnit;
  readonly from?: string;
  readonly json?: boolean;
}

async function remove(provider: string, model: string | undefined, options: RemoveOptions): Promise<void> {
  const { unit, from, json } = options;
  const agent = await connectAgent();
  const removed = {
    provider,
    per: unit ?? 'tokens',
    ...(model === undefined ? {} : { model }),
    ...dated(from === undefined ? {} : { from }),
  } as const;
  await agent.call('prices.remove', removed);
  agent.close();
  if (json) printJson({ removed });
  else print('The price is removed.');
}

async function update(file: string, options: { readonly own?: boolean; readonly json?: boolean }): Promise<void> {
  const document = documentPiecesOf(readTextFile(file, 'The file'));
  const agent = await connectAgent();
  const taken = await agent.call('prices.update', { document, own: options.own ?? false });
  agent.close();
  if (options.json) return printJson(taken);
  const { prices, added, changed, asOf, version } = taken;
  const what = version === null ? 'Taken as own prices' : `Update ${version} is in force`;
  const some = prices === 1 ? '1 price' : `${prices} prices`;
  print(`${what}: ${some} as of ${asOf}, ${added} new, ${changed} with other figures.`);
  if (version === null)
    note('Its service tiers are taken too; regions, peak hours and free providers stay those of the list in force.');
  note('Calls that were counted before keep their cost until "keyharbor prices reprice --apply".');
}

export function register(program: Command): void {
  const prices = program.command('prices').description('what models cost: the list, your own prices, updates');
  const json = ['--json', 'as JSON; prices in micro-USD for 1,000,000'] as const;
  const unit = () => new Option('--unit <unit>', 'what is counted in place of tokens').choices(PRICE_UNITS);
  prices
    .command('list')
    .description('list prices; first what was used and has none')
    .option('--provider <id>', 'of one provider')
    .option('--own', 'your own only')
    .option('--unpriced', 'only what has no price')
    .option(...json)
    .action(list);
  prices
    .command('set')
    .description('set a price of your own: it wins over the list, and over what a provider says that a call cost')
    .argument('<provider>', 'whose model it is')
    .argument('[model]', 'as it is sent to the API; with --unit it may be left out')
    .option('--input <dollars>', 'for 1,000,000 input tokens')
    .option('--output <dollars>', 'for 1,000,000 output tokens')
    .option('--cache-read <dollars>', 'tokens served from a cache; left out: as input')
    .option('--cache-write <dollars>', 'tokens written to a cache; left out: as input')
    .option('--cache-write-long <dollars>', 'to a cache that lasts an hour; left out: as input')
    .option('--over <tokens>', 'prompts longer than this cost')
    .option('--over-input <dollars>', 'this for input')
    .option('--over-output <dollars>', 'and this for output')
    .option('--over-cache-read <dollars>', 'served from a cache; left out: as --over-input')
    .option('--over-cache-write <dollars>', 'written to a cache; left out: as --over-input')
    .option('--over-cache-write-long <dollars>', 'to a cache that lasts an hour; left out: as --over-input')
    .addOption(unit())
    .option('--price <dollars>', 'of one unit')
    .option('--per <number>', 'of so many units')
    .option('--from <day>', 'first day it holds (UTC); left out: always')
    .option('--note <text>', 'a word for yourself')
    .option(...json)
    .action(set);
  prices
    .command('remove')
    .description('remove a price of your own')
    .argument('<provider>')
    .argument('[model]')
    .addOption(unit())
    .option('--from <day>', 'only the price of that day')
    .option(...json)
    .action(remove);
  prices
    .command('tier')
    .description('set what a service tier that answers name does to prices: it wins over the list')
    .argument('<provider>', 'whose tier it is')
    .argument('<tier>', 'as answers name it; "batch" for answers of batches')
    .argument('[factor]', 'what the price of the model is multiplied by, as 0.5')
    .option('--remove', 'remove your own')
    .option('--json', 'as JSON')
    .action(setTier);
  prices
    .command('update')
    .description('take prices from a file: a signed update, or your own')
    .argument('<file>')
    .option('--own', 'take a file that nobody signed as your own prices')
    .option(...json)
    .action(update);
  repriceCommand(prices);
}
