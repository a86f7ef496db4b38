import type { z } from 'zod';
import { AppError } from '../../shared/errors.ts';
import { FIELD_NAME_PATTERN, LABEL_PATTERN, PROVIDER_ID_PATTERN } from '../../shared/reference.ts';

type Issue = z.core.$ZodIssue;

/** The forms that people type, said in words. */
const FORMS: ReadonlyMap<string, string> = new Map([
  [String(LABEL_PATTERN), '1 to 64 of a-z 0-9 . _ - and starts with a letter or digit'],
  [String(PROVIDER_ID_PATTERN), 'a provider id: 1 to 32 of a-z 0-9 _ - and starts with a letter'],
  [String(FIELD_NAME_PATTERN), 'a field name: 1 to 32 of a-z 0-9 _ and starts with a letter'],
  ['date', 'a date like 2027-01-31'],
  ['datetime', 'a time like 2027-01-31T12:00:00Z'],
]);

const NOUNS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/**
 * Turns what a schema found into one sentence: which field, and what is expected there. Never what was given.
 * Names of members that the schema does not know are input, too, and stay out.
 */
export function inputProblem(issues: readonly Issue[], params: unknown): AppError {
  const [first] = issues.map(mostTelling);
  if (first === undefined) return new AppError('invalid_input', 'This input is not accepted. Nothing was changed.');
  const place = placeOf(first);
  return new AppError('invalid_input', `${place} ${expectation(first, params)}. Nothing was changed.`);
}

/** Of a choice of forms, the form that came nearest (fewest issues, deepest) tells what is wrong. */
function mostTelling(issue: Issue): Issue {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return issue;
  const nearest = issue.errors
    .filter((form) => !form.some((inner) => inner.code === 'unrecognized_keys' && inner.path.length === 0))
    .sort((a, b) => a.length - b.length)[0];
  const inner = nearest?.[0];
  if (inner === undefined) return issue;
  return mostTelling({ ...inner, path: [...issue.path, ...inner.path] });
}

function placeOf(issue: Issue): string {
  // A name that the schema refused is the last part of the path, and it is input.
  const path = issue.code === 'invalid_key' ? issue.path.slice(0, -1) : issue.path;
  const written = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return written === '' ? 'The input' : `"${written.replace(/^\./, '')}"`;
}

function expectation(issue: Issue, params: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      if (valueAt(params, issue.path) === undefined) return 'is missing';
      return `must be ${NOUNS[issue.expected] ?? 'of another type'}`;
    case 'too_big':
      return `must be at most ${amount(issue.maximum, issue.origin)}`;
    case 'too_small':
      return Number(issue.minimum) === 1 && issue.origin === 'string'
        ? 'must not be empty'
        : `must be at least ${amount(issue.minimum, issue.origin)}`;
    case 'invalid_format': {
      const form = FORMS.get('pattern' in issue ? String(issue.pattern) : issue.format) ?? FORMS.get(issue.format);
      return form === undefined ? 'has not the right form' : `must be ${form}`;
    }
    case 'invalid_value':
      return `must be one of: ${issue.values.map(String).join(', ')}`;
    case 'unrecognized_keys':
      return 'has a member that is not known';
    case 'invalid_key':
      return 'has a member with a name that is not allowed';
    case 'custom':
      return issue.message; // written in our schemas: "holds control characters"
    case 'invalid_union':
    case 'invalid_element':
    case 'not_multiple_of':
      return 'has not the right form';
  }
}

function amount(limit: number | bigint, origin: string): string {
  if (origin === 'string') return `${limit} characters long`;
  if (origin === 'array' || origin === 'set') return `${limit} items long`;
  return String(limit);
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, part) => {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return undefined;
    return (at as Readonly<Record<PropertyKey, unknown>>)[part];
  }, value);
}
