import { z } from 'zod';
import { documentPieces } from './schemas.ts';

/** Calls that tools noted themselves, taken over once however often they are imported. Never what was said in them. */
export const IMPORT_SOURCES = ['claude-code', 'codex', 'csv'] as const;
export const importSource = z.enum(IMPORT_SOURCES);
export type ImportSource = z.output<typeof importSource>;

/** Which provider's export a CSV file is, by its header. */
export const csvKind = z.enum(['openai-usage', 'openai-costs', 'anthropic-usage', 'openrouter-activity']);
export type CsvKind = z.output<typeof csvKind>;

export const importInput = z.strictObject({
  source: importSource,
  /** Absolute path of a folder or file; left out: where the tool keeps its logs. Command line only. */
  path: z.string().min(1).max(4096).optional(),
  /** The text of a CSV file, from a window. */
  document: documentPieces.optional(),
  /** Rows of an export for days and models of which calls were counted already: left out, or added to them. */
  overlap: z.enum(['skip', 'add']).default('skip'),
  /** Only tells what would be taken over. */
  dryRun: z.boolean().default(false),
});

export const importReport = z.strictObject({
  source: importSource,
  dryRun: z.boolean(),
  csv: csvKind.nullable(),
  files: z.int(),
  /** Files that were passed over: too large, not readable, or a link out of the folder. */
  filesSkipped: z.int(),
  /** Calls, or rows of an export, that were found. */
  found: z.int(),
  /**
   * Of these: new; taken over before; left out because they were counted as they happened, or because the time that they
   * sum is not over for six hours; not readable.
   */
  recorded: z.int(),
  known: z.int(),
  proxied: z.int(),
  open: z.int(),
  unreadable: z.int(),
  /** Of what is recorded. First and last day in the reporting zone; null: nothing. */
  firstDay: z.iso.date().nullable(),
  lastDay: z.iso.date().nullable(),
  inputTokens: z.int(),
  cacheReadTokens: z.int(),
  cacheWriteTokens: z.int(),
  outputTokens: z.int(),
  knownCostMicroUsd: z.int(),
  /** Without a known price; with figures or a cost that are only the least they can have been. */
  unpriced: z.int(),
  incomplete: z.int(),
  models: z.array(
    z.strictObject({
      provider: z.string(),
      model: z.string(),
      requests: z.int(),
      knownCostMicroUsd: z.int(),
      unpriced: z.int(),
      incomplete: z.int(),
    }),
  ),
  /** Whole sentences: what may be counted twice, what could not be read. */
  warnings: z.array(z.string()),
});
export type ImportReport = z.output<typeof importReport>;
