import type { Command } from 'commander';
import { usage } from './fail.ts';
import { note } from './output.ts';

const FORMATS = ['table', 'json', 'csv'] as const;

/** How the pictures and tables of usage are written. */
export interface FormatOptions {
  readonly format?: string;
  readonly json?: boolean;
  readonly chart?: boolean;
}

export function withFormat(command: Command, chart: string): Command {
  return command
    .option('--chart', chart)
    .option('--no-chart', 'without')
    .option('--format <format>', `${FORMATS.join(', ')}; costs in CSV and JSON are in micro-USD`)
    .option('--json', 'as JSON');
}

/** @throws AppError `invalid_input`. */
export function formatFrom({ format, json }: FormatOptions): (typeof FORMATS)[number] {
  if (json && format !== undefined && format !== 'json') {
    throw usage('--json and --format contradict each other.', 'Leave one of them out.');
  }
  const known = FORMATS.find((each) => each === (format ?? (json ? 'json' : 'table')));
  if (known === undefined) throw usage('This format is not known.', `Formats: ${FORMATS.join(', ')}.`);
  return known;
}

/** What has to be known of an answer, on stderr: also where a program reads the answer. */
export function tell(remarks: readonly { readonly text: string }[]): void {
  for (const { text } of remarks) note(text);
}

/** Names the columns that a narrow terminal has no room for. @param option - what gives all of them. */
export function tellLeftOut(headings: readonly string[], option = '--format csv'): void {
  if (headings.length > 0) note(`Left out for want of room: ${headings.join(', ')}. ${option} has all columns.`);
}
