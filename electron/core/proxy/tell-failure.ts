import type { IncomingMessage, ServerResponse } from 'node:http';
import { ERROR_OUTCOMES, toErrorBody } from '../../../shared/errors.ts';
import { PROBLEM_TYPE, problem } from '../endpoint/problem.ts';
import { databaseError } from '../store/sqlite-error.ts';
import { BodyTooLarge, endAnswer } from './request-body.ts';

/**
 * Problem details for a call that came to nothing. Where the client is still sending it is heard out for a moment, so
 * that it sees why. @returns the status.
 */
export function tellFailure(
  error: unknown,
  request: IncomingMessage,
  response: ServerResponse,
  hasBody: boolean,
  after: (ms: number, act: () => void) => () => void,
): number {
  const body = toErrorBody(databaseError(error));
  const status = error instanceof BodyTooLarge ? 413 : ERROR_OUTCOMES[body.code].http;
  const text = problem(body, status);
  const headers = ['Content-Type', PROBLEM_TYPE, 'Content-Length', String(Buffer.byteLength(text))];
  if (body.retryAfterMs !== undefined) headers.push('Retry-After', String(Math.ceil(body.retryAfterMs / 1000)));
  if (hasBody && !request.complete) headers.push('Connection', 'close');
  response.writeHead(status, headers);
  response.write(text);
  endAnswer(request, response, hasBody, after);
  return status;
}
