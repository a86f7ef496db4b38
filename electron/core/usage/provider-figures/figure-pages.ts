import { z } from 'zod';
import type { FiguresShape } from '../../../../shared/provider/account-api.ts';
import { shortName } from '../meter/tally.ts';
import { dayNumber } from '../reporting-days.ts';

/** What a provider says of one day (UTC) and, where it tells, one model. null: not told. */
export interface ToldFigures {
  readonly day: number;
  readonly model: string | null;
  readonly requests: number | null;
  readonly tokens: {
    readonly input: number;
    /** null: in `input`, which tells no parts. */
    readonly cacheRead: number | null;
    readonly cacheWrite: number | null;
    readonly output: number;
  } | null;
  readonly costMicroUsd: number | null;
  /** A cost of something else than tokens. */
  readonly other: boolean;
}

export interface FigurePage {
  readonly figures: readonly ToldFigures[];
  /** What to ask the next page with; null: there is none. */
  readonly next: string | null;
  /** Costs that are in no figure. */
  readonly leftOut: LeftOut;
}

export interface LeftOut {
  /** Money that is given back, as a positive amount: calls cost what they cost. */
  readonly creditMicroUsd: number;
  /** Codes of currencies other than dollars. */
  readonly currencies: readonly string[];
}
export const NOTHING_LEFT_OUT: LeftOut = { creditMicroUsd: 0, currencies: [] };

const count = z.number().min(0).max(1e15).nullish();
const MICRO_USD = 1_000_000;

/** OpenAI and Anthropic answer in pages of days, each with its results. @param begins - how a day says when. */
function daysPage<Begins extends z.ZodRawShape, Result extends z.ZodRawShape>(begins: Begins, result: Result) {
  return z.looseObject({
    has_more: z.boolean().nullish(),
    next_page: z.string().max(4096).nullish(),
    data: z.array(z.looseObject({ ...begins, results: z.array(z.looseObject(result)) })),
  });
}

/** OpenAI API reference, "Usage: completions": input counts hold cached and cache-write tokens. */
const openAiUsage = daysPage(
  { start_time: z.number() },
  {
    input_tokens: count,
    output_tokens: count,
    input_cached_tokens: count,
    input_cache_write_tokens: count,
    num_model_requests: count,
    model: z.string().nullish(),
  },
);
/** OpenAI API reference, "Costs": dollars as a number; newer answers send it as text. */
const openAiCosts = daysPage(
  { start_time: z.number() },
  {
    amount: z.looseObject({ value: z.union([z.number(), z.string()]), currency: z.string() }),
    line_item: z.string().nullish(),
  },
);
/** Anthropic Admin API, usage report for messages. */
const anthropicUsage = daysPage(
  { starting_at: z.string() },
  {
    uncached_input_tokens: count,
    cache_read_input_tokens: count,
    cache_creation: z.looseObject({ ephemeral_5m_input_tokens: count, ephemeral_1h_input_tokens: count }).nullish(),
    output_tokens: count,
    model: z.string().nullish(),
  },
);
/** Anthropic Admin API, cost report: cents as decimal text. */
const anthropicCosts = daysPage(
  { starting_at: z.string() },
  {
    amount: z.string(),
    currency: z.string(),
    cost_type: z.string().nullish(),
    model: z.string().nullish(),
  },
);
/** OpenRouter API reference, activity: completed days of the last 30, dollars as a number. */
const openRouterActivity = z.looseObject({
  data: z.array(
    z.looseObject({
      date: z.string(),
      model: z.string().nullish(),
      usage: z.number().min(0),
      byok_usage_inference: z.number().min(0).nullish(),
      requests: count,
      prompt_tokens: count,
      completion_tokens: count,
    }),
  ),
});

/** @returns null where the answer does not have the documented shape. */
export function readFigures(shape: FiguresShape, answer: unknown): FigurePage | null {
  switch (shape) {
    case 'openai_usage': {
      const { data: page } = openAiUsage.safeParse(answer);
      if (page === undefined) return null;
      const figures = page.data.flatMap(({ start_time, results }) =>
        results.map((one) => {
          const cacheRead = one.input_cached_tokens ?? 0;
          const cacheWrite = one.input_cache_write_tokens ?? 0;
          const input = Math.max(0, (one.input_tokens ?? 0) - cacheRead - cacheWrite);
          const tokens = { input, cacheRead, cacheWrite, output: one.output_tokens ?? 0 };
          const requests = one.num_model_requests ?? null;
          return { day: dayOfEpoch(start_time), model: named(one.model), requests, tokens, ...NO_COST };
        }),
      );
      return { figures, next: nextOf(page), leftOut: NOTHING_LEFT_OUT };
    }
    case 'openai_costs': {
      const { data: page } = openAiCosts.safeParse(answer);
      if (page === undefined) return null;
      const costs = new Costs();
      const figures = page.data.flatMap(({ start_time, results }) =>
        results.map(({ amount, line_item }) => {
          // "gpt-5-2025-08-07, input": the model comes before the comma.
          const [model, part] = (line_item ?? '').split(',').map((text) => text.trim());
          const costMicroUsd = costs.read(amount.value, amount.currency, 1);
          const day = dayOfEpoch(start_time);
          return {
            ...NO_USE,
            day,
            model: part === undefined ? null : named(model),
            costMicroUsd,
            other: isOther(part, line_item),
          };
        }),
      );
      return { figures, next: nextOf(page), leftOut: costs };
    }
    case 'anthropic_usage': {
      const { data: page } = anthropicUsage.safeParse(answer);
      if (page === undefined) return null;
      const figures = page.data.flatMap(({ starting_at, results }) =>
        results.map((one) => {
          const { ephemeral_5m_input_tokens: shorter, ephemeral_1h_input_tokens: longer } = one.cache_creation ?? {};
          const tokens = {
            input: one.uncached_input_tokens ?? 0,
            cacheRead: one.cache_read_input_tokens ?? 0,
            cacheWrite: (shorter ?? 0) + (longer ?? 0),
            output: one.output_tokens ?? 0,
          };
          return {
            day: dayNumber(starting_at.slice(0, 10)),
            model: named(one.model),
            requests: null,
            tokens,
            ...NO_COST,
          };
        }),
      );
      return { figures, next: nextOf(page), leftOut: NOTHING_LEFT_OUT };
    }
    case 'anthropic_costs': {
      const { data: page } = anthropicCosts.safeParse(answer);
      if (page === undefined) return null;
      const costs = new Costs();
      const figures = page.data.flatMap(({ starting_at, results }) =>
        results.map(({ amount, currency, cost_type, model }) => ({
          ...NO_USE,
          day: dayNumber(starting_at.slice(0, 10)),
          model: named(model),
          costMicroUsd: costs.read(amount, currency, 100),
          other: typeof cost_type === 'string' && cost_type !== 'tokens',
        })),
      );
      return { figures, next: nextOf(page), leftOut: costs };
    }
    case 'openrouter_activity': {
      const { data: page } = openRouterActivity.safeParse(answer);
      if (page === undefined) return null;
      const figures = page.data.map((one) => ({
        day: dayNumber(one.date.slice(0, 10)),
        model: named(one.model),
        requests: one.requests ?? null,
        tokens: {
          input: one.prompt_tokens ?? 0,
          cacheRead: null,
          cacheWrite: null,
          output: one.completion_tokens ?? 0,
        },
        costMicroUsd: Math.round((one.usage + (one.byok_usage_inference ?? 0)) * MICRO_USD),
        other: false,
      }));
      return { figures, next: null, leftOut: NOTHING_LEFT_OUT };
    }
  }
}

const NO_COST = { costMicroUsd: null, other: false } as const;
const NO_USE = { requests: null, tokens: null } as const;

const named = (model: string | null | undefined): string | null => shortName(model);
const dayOfEpoch = (seconds: number): number => Math.floor(seconds / 86_400);

function nextOf({
  has_more,
  next_page,
}: {
  has_more?: boolean | null | undefined;
  next_page?: string | null | undefined;
}) {
  return has_more === true && next_page ? next_page : null;
}

/** A line that names no kind of token is a tool, storage or a fee. */
function isOther(part: string | undefined, line: string | null | undefined): boolean {
  return line !== null && line !== undefined && !/input|output|cache/i.test(part ?? '');
}

/** Decimal text, also as it is written of very small numbers: "1.2E-7", "0E-6176". */
const AMOUNT = /^-?\d{1,12}(?:\.\d{1,60})?(?:e[+-]?\d{1,5})?$/i;

class Costs implements LeftOut {
  creditMicroUsd = 0;
  readonly currencies: string[] = [];

  /** null: another currency, money given back, or no amount. @param parts - of a dollar that one unit is. */
  read(value: number | string, currency: string, parts: number): number | null {
    const amount = typeof value === 'string' && AMOUNT.test(value) ? Number(value) : value;
    if (typeof amount !== 'number' || !Number.isFinite(amount)) return null;
    if (!/^usd$/i.test(currency)) {
      const code = /^[a-z]{3}$/i.test(currency) ? currency.toUpperCase() : 'another currency';
      if (!this.currencies.includes(code)) this.currencies.push(code);
      return null;
    }
    const microUsd = Math.round((amount * MICRO_USD) / parts);
    if (microUsd >= 0) return Math.abs(microUsd); // no -0
    this.creditMicroUsd -= microUsd;
    return null;
  }
}
