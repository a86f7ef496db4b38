import { z } from 'zod';
import { fact } from './answer.ts';
import { catalogueUrl, fieldName, headerName, text } from './parts.ts';

/** Forms of answers that hold figures by day, each read by code of its own (electron/core/usage/provider-figures/). */
export const FIGURES_SHAPES = [
  'openai_usage',
  'openai_costs',
  'anthropic_usage',
  'anthropic_costs',
  'openrouter_activity',
] as const;
export type FiguresShape = (typeof FIGURES_SHAPES)[number];

/**
 * Balance, usage and cost in the provider's own figures. Besides fields, paths and bodies may name the asked period:
 * {from_rfc3339} {to_rfc3339} {from_epoch} {to_epoch} {from_date} {to_date}.
 */
export const accountApi = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9_]*$/),
  what: z.enum(['balance', 'usage', 'cost', 'quota', 'workspaces', 'prices']),
  for: z.array(fieldName).min(1),
  method: z.enum(['GET', 'POST']),
  baseUrl: catalogueUrl.optional(),
  path: z.string().regex(/^\//),
  headers: z.record(headerName, z.string()).default({}),
  body: z.unknown().optional(),
  /** What the key must be allowed to do. */
  needs: text.optional(),
  /** The answer holds figures by day in this form; pages are followed. */
  figures: z.enum(FIGURES_SHAPES).optional(),
  facts: z.array(fact).default([]),
});
export type AccountApi = z.output<typeof accountApi>;
