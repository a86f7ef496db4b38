import type { NewPrice } from '../../../../shared/contract/prices.ts';
import { type ModelPrice, modelPrice, type UnitPrice, unitPrice } from '../../../../shared/prices.ts';
import { AppError } from '../../../../shared/errors.ts';

type Figures = Pick<NewPrice & { per: 'tokens' }, 'input' | 'output' | 'cacheRead' | 'cacheWrite' | 'cacheWriteLong'>;

const SET_BY_OWNER = 'set by the owner';

/** @param before - what was set for the same model and unit, or anything else, which is replaced. */
export function withPrice(before: unknown, price: NewPrice): ModelPrice | UnitPrice {
  const note = price.note === undefined ? {} : { note: price.note };
  if (price.per === 'tokens') {
    const { longPrompt, peak, from } = price;
    const dated = defined({
      from,
      ...figuresOf(price),
      longPrompt: longPrompt && { overTokens: longPrompt.overTokens, ...figuresOf(longPrompt) },
      peak: peak && figuresOf(peak),
    });
    const known = modelPrice.safeParse(before);
    const made: unknown = {
      provider: price.provider,
      model: price.model,
      kind: known.data?.kind ?? 'chat',
      status: 'current',
      prices: merged(known.data?.prices ?? [], dated),
      source: SET_BY_OWNER,
      ...note,
    };
    return modelPrice.parse(made);
  }
  const known = unitPrice.safeParse(before);
  const made: unknown = {
    provider: price.provider,
    ...defined({ model: price.model }),
    unit: price.per,
    prices: merged(known.data?.prices ?? [], defined({ price: price.price, from: price.from })),
    source: SET_BY_OWNER,
    ...note,
  };
  return unitPrice.parse(made);
}

/** @returns null where no other day is left. @throws AppError `not_found` where there is none of that day. */
export function withoutDay(before: unknown, from: string): ModelPrice | UnitPrice | null {
  const model = modelPrice.safeParse(before).data;
  const unit = unitPrice.safeParse(before).data;
  const known = model ?? unit;
  if (known === undefined || !known.prices.some((one) => one.from === from)) {
    throw new AppError('not_found', 'There is no own price of that day. Nothing was changed.');
  }
  const left = { ...known, prices: known.prices.filter((one) => one.from !== from) };
  if (left.prices.length === 0) return null;
  return model === undefined ? unitPrice.parse(left) : modelPrice.parse(left);
}

type Dated = Readonly<Record<string, unknown>> & { readonly from?: string | undefined };

function merged(before: readonly Dated[], one: Dated): Dated[] {
  const others = before.filter(({ from }) => from !== one.from);
  if (others.length >= MAX_DAYS) {
    throw new AppError('invalid_input', 'There are prices of 50 days for this already. Nothing was changed.');
  }
  return [...others, one].toSorted((a, b) => ((a.from ?? '') < (b.from ?? '') ? -1 : 1));
}

const MAX_DAYS = 50;

function figuresOf({ input, output, cacheRead, cacheWrite, cacheWriteLong }: Figures) {
  return defined({ input, output, cacheRead, cacheWrite, cacheWriteLong });
}

function defined(members: Readonly<Record<string, unknown>>): Dated {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
