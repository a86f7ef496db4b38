import { health } from '../../../../shared/http/answers.ts';
import { z } from 'zod';
import { send } from '../answer.ts';
import type { RequestDeps } from '../request-deps.ts';
import type { PublicRoute } from '../route.ts';

const JSON_TYPE = 'application/json';

/** What needs no token. @param document - the OpenAPI document of all routes; made when first asked for. */
export function publicRoutes(
  deps: Pick<RequestDeps, 'vault' | 'version'>,
  document: () => string,
): readonly PublicRoute[] {
  return [
    {
      id: 'getHealth',
      tag: 'endpoint',
      method: 'GET',
      path: '/healthz',
      access: { kind: 'public' },
      summary: 'Whether the endpoint is there, and the vault open',
      answers: {
        200: {
          description: 'It is there.',
          type: JSON_TYPE,
          schema: health,
          example: { status: 'ok', version: '1.0.0', locked: false },
        },
      },
      handle({ response }) {
        const locked = deps.vault.state !== 'unlocked';
        send(response, 200, JSON_TYPE, JSON.stringify({ status: 'ok', version: deps.version, locked }));
      },
    },
    {
      id: 'getOpenApi',
      tag: 'endpoint',
      method: 'GET',
      path: '/openapi.json',
      access: { kind: 'public' },
      summary: 'This document',
      answers: {
        200: {
          description: 'OpenAPI 3.1.',
          type: JSON_TYPE,
          schema: z.object({ openapi: z.string() }).loose(),
          example: undefined,
        },
      },
      handle({ response }) {
        send(response, 200, JSON_TYPE, document());
      },
    },
  ];
}
