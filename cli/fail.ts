import { AppError, ERROR_OUTCOMES, type ErrorBody, toErrorBody } from '../shared/errors.ts';
import { asCalled } from './called.ts';

/** What ends a command with an exit code of its own and no further word: a verdict, a child's code, Ctrl-C. */
export class Exit extends Error {
  readonly code: number;

  constructor(code: number) {
    super('exit');
    this.code = code;
  }
}

/** A wrong word on the command line: exit code 2. */
export function usage(message: string, hint = ''): AppError {
  return new AppError('invalid_input', message, hint);
}

function withWait(body: ErrorBody): ErrorBody {
  if (body.retryAfterMs === undefined || /\b(wait|try again in)\b/i.test(body.hint)) return body;
  const seconds = Math.ceil(body.retryAfterMs / 1000);
  const wait = seconds > 0 ? `Wait ${seconds} s, then try again.` : '';
  return { ...body, hint: [body.hint, wait].filter((part) => part !== '').join(' ') };
}

/** Whether a command line asks for JSON, also one that is not understood. */
export function wantsJson(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  return (end < 0 ? words : words.slice(0, end)).includes('--json');
}

/** `error` as text for stderr, or as JSON where the command was asked for JSON. */
export function formatFailure(error: unknown, json: boolean): string {
  const given = toErrorBody(error);
  const body = { ...given, message: asCalled(given.message), hint: asCalled(given.hint) };
  if (json) return `${JSON.stringify({ error: body })}\n`;
  const { message, hint } = withWait(body);
  return hint === '' ? `keyharbor: ${message}\n` : `keyharbor: ${message}\n  hint: ${hint}\n`;
}

/** The one table of exit codes is in shared/errors.ts. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof Exit) return error.code;
  return ERROR_OUTCOMES[toErrorBody(error).code].exit;
}
