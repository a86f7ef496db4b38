import { z } from 'zod';
import { usageDimension, usageFigure, usageMoment, usageSums } from '../usage.ts';
import { VIEW_PICTURES } from '../usage-words.ts';
import { bucketValues, overviewQuery, usageFilter, usageOverview } from './usage.ts';

export const breakdownQuery = overviewQuery.omit({ compare: true }).extend({
  /** Each name of `by` is divided by these once more. Left out, or the same as `by`: it is not. */
  then: usageDimension.optional(),
  /** What the names are ranked by. */
  figure: usageFigure.default('spend'),
});

/** A range in bars by one dimension, or by two at once; only the most of what is looked at get a series. */
export const usageBreakdown = usageOverview
  .pick({
    by: true,
    bucket: true,
    zone: true,
    from: true,
    to: true,
    buckets: true,
    values: true,
    other: true,
    collectedSince: true,
    remarks: true,
  })
  .extend({
    then: usageDimension.nullable(),
    totals: usageSums,
    /** The most first, at most `top`. */
    series: z.array(
      z.strictObject({
        key: z.string(),
        /** Its name in `then`; null where nothing was divided. */
        then: z.string().nullable(),
        values: bucketValues,
        totals: usageSums,
      }),
    ),
  });
export type UsageBreakdown = z.output<typeof usageBreakdown>;

export const VIEW_NAME_MAX = 60;
export const MOST_VIEWS = 40;

/** A question about usage that the owner gave a name. It lives in the vault: its filter holds labels and folders. */
export const exploredView = z.strictObject({
  figure: usageFigure,
  by: usageDimension,
  then: usageDimension.nullable(),
  bucket: overviewQuery.shape.bucket.removeDefault(),
  top: z.int().min(1).max(100),
  picture: z.enum(VIEW_PICTURES),
  from: usageMoment,
  /** null: up to now. */
  to: usageMoment.nullable(),
  filter: usageFilter,
});
export type ExploredView = z.output<typeof exploredView>;

const viewId = z.string().regex(/^[0-9a-f]{16}$/);
const viewName = z.string().trim().min(1).max(VIEW_NAME_MAX);
export const savedView = z.strictObject({
  id: viewId,
  name: viewName,
  /** Shown on Home. */
  pinned: z.boolean(),
  view: exploredView,
});
export type SavedView = z.output<typeof savedView>;

/** By name. */
export const savedViews = z.array(savedView);
/** Without an id a new one. */
export const viewToSave = savedView.partial({ id: true });
export const viewToRemove = z.strictObject({ id: viewId });

/** A message holds at most 1 MiB, and each text in it 64 KiB: a picture comes in pieces. */
export const PICTURE_PIECE = 60_000;
export const MOST_PICTURE_PIECES = 16;
export const pictureToSave = z.strictObject({
  /** A PNG as base64, cut into pieces. */
  png: z
    .array(
      z
        .string()
        .max(PICTURE_PIECE)
        .regex(/^[A-Za-z0-9+/=]+$/),
    )
    .min(1)
    .max(MOST_PICTURE_PIECES),
});
export const pictureSaved = z.strictObject({ fileName: z.string(), folder: z.string() });
