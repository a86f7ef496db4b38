import { parseReference } from '../shared/reference.ts';
import { usage } from './fail.ts';

/** `{{ kh://… }}`, on one line; other braces are the template's own business. */
const PLACE = /\{\{[ \t]*(kh:\/\/[^\s{}]*)[ \t]*\}\}/g;
/** Something that was meant to be one: an open end, blanks inside, several references. */
const BROKEN = /\{\{[ \t]*kh:\/\//g;

export interface Place {
  readonly ref: string;
  /** First line is 1. */
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

const lineOf = (text: string, at: number): number => text.slice(0, at).split('\n').length;

/**
 * The references in a template, in order.
 * @throws AppError `invalid_input` that names the line: a reference that cannot be read, or is not closed.
 */
export function placesIn(template: string): readonly Place[] {
  const places = [...template.matchAll(PLACE)].map((match) => ({
    ref: match[1] ?? '',
    line: lineOf(template, match.index),
    start: match.index,
    end: match.index + match[0].length,
  }));
  for (const { index } of template.matchAll(BROKEN)) {
    if (places.some(({ start }) => start === index)) continue;
    throw usage(
      `Line ${lineOf(template, index)} begins a reference that does not end as one. Nothing was written.`,
      'A reference stands alone between the braces, on one line: {{ kh://openai/work }}.',
    );
  }
  for (const { ref, line } of places) {
    try {
      parseReference(ref);
    } catch (error) {
      const { message, hint } = error as { readonly message: string; readonly hint: string };
      throw usage(`Line ${line}: ${message} Nothing was written.`, hint);
    }
  }
  return places;
}

/** The template with each place replaced by what `values` has for its reference. */
export function fill(template: string, places: readonly Place[], values: ReadonlyMap<string, string>): string {
  let out = '';
  let at = 0;
  for (const { ref, start, end } of places) {
    out += template.slice(at, start) + (values.get(ref) ?? '');
    at = end;
  }
  return out + template.slice(at);
}
