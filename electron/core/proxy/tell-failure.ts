import type { IncomingMessage, ServerResponse } from 'node:http';
import { ERROR_OUTCOMES, toErrorBody } from '../../../shared/errors.ts';
import { PROBLEM_TYPE, problem, quotaProblem } from '../endpoint/problem.ts';
import { QuotaExceeded } from '../quotas/refusal.ts';
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
  const quota = error instanceof QuotaExceeded ? error : null;
  const text = quota === null ? problem(body, status) : quotaProblem(quota);
  const headers = ['Content-Type', PROBLEM_TYPE, 'Content-Length', String(Buffer.byteLength(text))];
  if (body.retryAfterMs !== undefined) headers.push('Retry-After', String(Math.ceil(body.retryAfterMs / 1000)));
  // SDKs made by Stainless (OpenAI, Anthropic) obey it; others see a Retry-After beyond what they would wait.
  if (quota !== null) headers.push('X-Should-Retry', 'false');
  if (hasBody && !request.complete) headers.push('Connection', 'close');
  response.writeHead(status, headers);
  response.write(text);
  endAnswer(request, response, hasBody, after);
  return status;
}
