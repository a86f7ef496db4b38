import { quotaList } from '../../../../shared/http/answers.ts';
import { usageBy, type UsageFigures, usageMoment } from '../../../../shared/usage.ts';
import {
  type ClientUsageDeps,
  readAnswer,
  readUsage,
  reportAnswer,
  reportBody,
  reportUsage,
} from '../../usage/client-usage.ts';
import { quotasFor } from '../../quotas/client-quotas.ts';
import { send } from '../answer.ts';
import type { RequestDeps } from '../request-deps.ts';
import type { ClientRoute, QueryDescription } from '../route.ts';
import { queryValue } from '../route-table.ts';

const JSON_TYPE = 'application/json';
/** A time may come percent-encoded; what it says is judged where it is decoded. */
const MOMENT = /^(?:[0-9A-Za-z:.+-]|%3A|%2B){2,64}$/i;
const moment = (name: string, description: string): QueryDescription => ({
  name,
  value: MOMENT,
  required: false,
  description,
  schema: usageMoment,
});
const QUERIES: readonly QueryDescription[] = [
  { name: 'by', value: /^[a-z]{1,16}$/, required: false, description: 'What each row is.', schema: usageBy },
  moment('from', 'A day, a time (RFC 3339), or a word: 7d, 24h, today, this-month.'),
  moment('to', 'A day, which is included, a time, or a word.'),
];

/** The codes of remarks, as the rows are a bare list. */
const REMARKS = 'Usage-Remarks';
const EXAMPLE: UsageFigures = {
  key: 'gpt-5',
  requests: 12,
  inputTokens: 9_600,
  cacheReadTokens: 2_048,
  cacheWriteTokens: 0,
  outputTokens: 1_150,
  costMicroUsd: null,
  failed: 1,
  incomplete: 0,
  unpriced: 2,
  knownCostMicroUsd: 22_578,
  costCertainty: 'at-least',
};

/** `POST /v1/usage`, `GET /v1/usage`, `GET /v1/quotas`. */
export function usageRoutes(deps: RequestDeps): readonly ClientRoute[] {
  const { usage, clock, credentials } = deps;
  if (usage === undefined) return [];
  const reporting: ClientUsageDeps = {
    usage,
    clock,
    resolve: (provider, label) => credentials.resolve(provider, label),
  };
  return [
    {
      id: 'reportUsage',
      tag: 'usage',
      method: 'POST',
      path: '/v1/usage',
      access: { kind: 'grant', grant: 'usage:write' },
      summary: 'Report what a key was used for',
      description:
        'Of keys that this client was handed, so `keys:read` on them is needed too. Told twice, a call counts once.',
      errors: [404],
      body: {
        schema: reportBody,
        example: { requestId: 'req-1', provider: 'openai', model: 'gpt-5', inputTokens: 120, outputTokens: 30 },
      },
      answers: {
        200: {
          description: 'It is written.',
          type: JSON_TYPE,
          schema: reportAnswer,
          example: { recorded: 1, known: 0 },
        },
      },
      handle({ client, body, response }) {
        send(response, 200, JSON_TYPE, JSON.stringify(reportUsage(reporting, client, body)));
      },
    },
    {
      id: 'readUsage',
      tag: 'usage',
      method: 'GET',
      path: '/v1/usage',
      access: { kind: 'grant', grant: 'usage:read' },
      queries: QUERIES,
      summary: 'What this client used',
      description:
        'Its own calls only, proxied and reported. A cost is known only as far as `costCertainty` says: `costMicroUsd` is null ' +
        'as soon as one call has no known price, `knownCostMicroUsd` is the part that is known.',
      answers: {
        200: {
          description: 'One row for each of what `by` asks.',
          type: JSON_TYPE,
          schema: readAnswer,
          example: [EXAMPLE],
          headers: {
            [REMARKS]:
              'What has to be known of the answer; left out where nothing has. `whole-days`: single calls of the first or last ' +
              'hours are no longer kept, so whole days of the reporting zone were counted.',
          },
        },
      },
      async handle({ client, query, response }) {
        const asked = Object.fromEntries(
          QUERIES.flatMap(({ name }) => {
            const value = queryValue(query, name);
            return value === null ? [] : [[name, decodeURIComponent(value)]];
          }),
        );
        const { rows, remarks } = await readUsage(reporting, client, asked);
        const told = remarks.length === 0 ? [] : [REMARKS, remarks.map(({ code }) => code).join(', ')];
        send(response, 200, JSON_TYPE, JSON.stringify(rows), told);
      },
    },
    {
      id: 'listQuotas',
      tag: 'usage',
      method: 'GET',
      path: '/v1/quotas',
      access: { kind: 'grant', grant: 'usage:read' },
      summary: 'The limits that hold for this client',
      description: 'Those that may hold for its calls, with what is used of them. Empty where none is set.',
      answers: {
        200: { description: 'All of them.', type: JSON_TYPE, schema: quotaList, example: { quotas: [] } },
      },
      handle({ client, response }) {
        const quotas = quotasFor(client, deps.quotas?.list() ?? [], (id) => placeOf(deps, id));
        send(response, 200, JSON_TYPE, JSON.stringify({ quotas }));
      },
    },
  ];
}

function placeOf({ credentials }: RequestDeps, id: string) {
  try {
    return credentials.get({ id });
  } catch {
    return null; // gone: nothing is limited by it any more
  }
}
