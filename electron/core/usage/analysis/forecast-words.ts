import type { ForecastBand, RestOfToday, UsageForecast } from '../../../../shared/contract/usage-forecast.ts';
import { dayInWords } from '../../../../shared/moment-words.ts';
import { amountInWords, roundAmountInWords } from '../../../../shared/quota-words.ts';
import type { CostCertainty } from '../../../../shared/usage.ts';

type ForecastMethod = UsageForecast['method']['name'];

const METHOD_TEXTS: Readonly<Record<ForecastMethod, string>> = {
  weeks:
    'Drawn from up to eight past weeks, weekday by weekday: 500 courses are put together from whole weeks, and the band holds eight of ten of them.',
  'kind-of-day':
    'Drawn from the past days of the same kind, working days and weekends: 500 courses, and the band holds eight of ten of them.',
  'any-day':
    'Drawn from whatever days there are, fewer than seven: 500 courses, and the band holds eight of ten of them. The weekday plays no part yet.',
  'unknown-cost':
    'None: most of the requests have no known price. Set prices (Usage, Prices), and have the past priced again.',
  none: 'There is not one whole day of data to go by.',
};

const REST_TEXTS: Readonly<Record<RestOfToday, string>> = {
  hours:
    'Today comes to what was used so far, and of a drawn day the part that came after this hour of the day in those weeks.',
  'hours-of-more':
    'Today comes to what was used so far, and of a drawn day the part that came after this hour of the day in those weeks. Hours are kept for one name at a time, so that part is taken from more calls than these.',
};

/** @param rest - null where today is not to come. */
export function methodInWords(method: ForecastMethod, rest: RestOfToday | null): string {
  return rest === null ? METHOD_TEXTS[method] : `${METHOD_TEXTS[method]} ${REST_TEXTS[rest]}`;
}

const rounded = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

function between(figure: UsageForecast['figure'], { low, middle, high }: ForecastBand): string {
  const some = (value: number) => (figure === 'cost' ? roundAmountInWords(value, 'cost') : rounded.format(value));
  return `between ${some(low)} and ${some(high)}${figure === 'cost' ? '' : ` ${figure}`}, in the middle ${some(middle)}`;
}

/** Nothing is said as known that is not. */
function costInWords(text: string, certainty: CostCertainty): string {
  if (certainty === 'unknown') return 'a cost that is not known';
  return certainty === 'at-least' ? `at least ${text}` : text;
}

/** The whole forecast in plain words. */
export function sentenceOf(forecast: Omit<UsageForecast, 'sentence'>): string {
  const { figure, usedCertainty, unpriced, end, exhausted, limit, method, to } = forecast;
  const used = costInWords(amountInWords(forecast.used, figure), usedCertainty);
  const day = dayInWords(to);
  const parts: string[] = [];
  if (end === null) {
    if (method.name === 'unknown-cost') {
      parts.push(`So far ${used}; what it comes to by ${day} is not forecast, as too little of the cost is known.`);
    } else {
      parts.push(
        method.name === 'none' && forecast.asOf.slice(0, 10) <= to
          ? `So far ${used}; there is no whole day of data to forecast ${day} from.`
          : `The period ended on ${day} with ${used}.`,
      );
    }
  } else {
    parts.push(`So far ${used}; by ${day} it is likely to be ${between(figure, end)}.`);
  }
  if (exhausted !== null && limit !== null) parts.push(budget(exhausted, amountInWords(limit, figure), end === null));
  if (end !== null && method.daysOfData < 7) {
    parts.push(`${daysOfData(method.daysOfData)}, so this is rough.`);
  }
  if (unpriced > 0) {
    const left = amountInWords(unpriced, 'requests');
    parts.push(`Left out: ${left} without a known price, in this period and the days that it is drawn from.`);
  }
  return parts.join(' ');
}

function budget(
  { since, chance, early, middle, late }: NonNullable<UsageForecast['exhausted']>,
  limit: string,
  isOver: boolean,
): string {
  if (since !== null) return `The budget of ${limit} was used up on ${dayInWords(since)}.`;
  if (chance === null) return `The budget of ${limit} is not used up yet.`; // it runs, and there is nothing to go by
  if (isOver) return `The budget of ${limit} was not used up.`;
  if (chance === 0) return `The budget of ${limit} is used up in none of the courses.`;
  const share = `${Math.max(1, Math.round(chance * 100))} of 100 courses`;
  if (middle === null) {
    return early === null
      ? `The budget of ${limit} is used up in ${share} only.`
      : `The budget of ${limit} is used up in ${share}, at the earliest about ${dayInWords(early)}.`;
  }
  const until = late === null ? 'or not at all in this period' : `at the latest about ${dayInWords(late)}`;
  return `The budget of ${limit} is likely to be used up about ${dayInWords(middle)}: ${
    early === null ? '' : `at the earliest about ${dayInWords(early)}, `
  }${until}.`;
}

/** "There are only 3 whole days of data", without its full stop. */
export function daysOfData(count: number): string {
  if (count === 0) return 'There is no whole day of data';
  return count === 1 ? 'There is only one whole day of data' : `There are only ${count} whole days of data`;
}
