import { z } from 'zod';
import { COST_CERTAINTIES, usageDimension, usageMoment } from '../usage.ts';
import { timestamp } from './schemas.ts';
import { usageFilter, usageRemark, zoneName } from './usage.ts';

const count = z.int().min(0);
export const FORECAST_FIGURES = ['cost', 'requests', 'tokens'] as const;

export const forecastQuery = z.strictObject({
  figure: z.enum(FORECAST_FIGURES).default('cost'),
  /** The period, which may end in days to come. Left out: this month. */
  from: usageMoment.optional(),
  to: usageMoment.optional(),
  zone: zoneName.optional(),
  filter: usageFilter.optional(),
  /** A budget for the period, in micro-USD, requests or tokens: then the day it is used up is told too. */
  limit: z.int().min(1).max(1e15).optional(),
  /** Whether calls of imported logs and exports count. */
  imports: z.boolean().default(true),
  /** Only calls that went to a provider, as quotas count them: none that was refused here or got a kept answer. */
  sentOnly: z.boolean().default(false),
});

/** Eight of ten courses end between `low` and `high`, half of them below `middle`. */
export const forecastBand = z.strictObject({ low: count, middle: count, high: count });
export type ForecastBand = z.output<typeof forecastBand>;

export const FORECAST_METHODS = [
  /** Courses put together from whole past weeks, weekday by weekday. Two weeks of data or more. */
  'weeks',
  /** Courses of past days of the same kind: working days and weekends. 7 to 13 days of data. */
  'kind-of-day',
  /** Courses of whatever days there are. Fewer than 7. */
  'any-day',
  /** Most calls have no known price, so their cost is not forecast: no band. */
  'unknown-cost',
  /** Not one whole day of data: no band. */
  'none',
] as const;

/** What the rest of today is forecast by. */
export const REST_OF_TODAY = [
  /** How much of a day came after this hour, on the days drawn on. */
  'hours',
  /** The same of more calls than asked for: hours are not kept for several filters at once. */
  'hours-of-more',
] as const;
export type RestOfToday = (typeof REST_OF_TODAY)[number];

export const usageForecast = z.strictObject({
  figure: z.enum(FORECAST_FIGURES),
  zone: z.string(),
  /** First and last day of the period. */
  from: z.iso.date(),
  to: z.iso.date(),
  asOf: timestamp,
  method: z.strictObject({
    name: z.enum(FORECAST_METHODS),
    /** null where today is not in the period, or nothing is forecast. */
    restOfToday: z.enum(REST_OF_TODAY).nullable(),
    text: z.string(),
    daysOfData: count,
  }),
  /** Used from the beginning of the period until now. Costs: the known ones. */
  used: count,
  /** How far `used` is known; requests and tokens always are. */
  usedCertainty: z.enum(COST_CERTAINTIES),
  /** Calls of the period, and of the days drawn on, whose cost is not known: what is forecast leaves them out. */
  unpriced: count,
  /** At the end of the period. null: not a day of data, too little of the cost is known, or the period is over. */
  end: forecastBand.nullable(),
  limit: z.int().nullable(),
  /** null where no limit was given. */
  exhausted: z
    .strictObject({
      /** The day it was used up, where that has happened. */
      since: z.iso.date().nullable(),
      /** Share of the courses that use it up within the period; null without a forecast. */
      chance: z.number().min(0).max(1).nullable(),
      /** The day in a fast, a middling and a slow course; null: not within the period. */
      early: z.iso.date().nullable(),
      middle: z.iso.date().nullable(),
      late: z.iso.date().nullable(),
    })
    .nullable(),
  /** Burn-down, a point a day: everything counted from the beginning of the period to the end of that day. */
  points: z.array(
    z.strictObject({
      day: z.iso.date(),
      /** Spent evenly; null without a limit. */
      ideal: count.nullable(),
      /** null for days to come. */
      actual: count.nullable(),
      /** From today on. */
      projected: forecastBand.nullable(),
    }),
  ),
  /** All of it in plain words. */
  sentence: z.string(),
  remarks: z.array(usageRemark),
});
export type UsageForecast = z.output<typeof usageForecast>;

export const ANOMALY_KINDS = ['spend', 'new-client', 'errors', 'unusual-hour'] as const;
export const anomaliesQuery = z.strictObject({
  /** Left out: 30 days up to now. */
  from: usageMoment.optional(),
  to: usageMoment.optional(),
  /** Only what calls that pass it were part of; a sudden spend is then one of these calls. */
  filter: usageFilter.optional(),
});
export const usageAnomaly = z.strictObject({
  /** The same for the same happening, whenever it is asked for. */
  id: z.string(),
  kind: z.enum(ANOMALY_KINDS),
  at: timestamp,
  /** The day (reporting zone) to mark in a chart. */
  day: z.iso.date(),
  /** What it is about: a provider, "provider/label" or the name of a client. */
  subject: z.string(),
  /** In which list that name stands. */
  dimension: usageDimension,
  /** The name as a filter takes it; empty: that none is known. null: it is about all calls, none stands out. */
  key: z.string().nullable(),
  /** When its calls were made, as a range to ask for: days, or times of whole hours. */
  from: z.string(),
  to: z.string(),
  /** What was counted, and what is usual, in micro-USD or requests; null where there is nothing usual yet. */
  value: count,
  usual: count.nullable(),
  /** Said whole, in plain words. */
  text: z.string(),
});
export type UsageAnomaly = z.output<typeof usageAnomaly>;
export const usageAnomalies = z.strictObject({
  zone: z.string(),
  /** Latest first. */
  anomalies: z.array(usageAnomaly),
  remarks: z.array(usageRemark),
});
