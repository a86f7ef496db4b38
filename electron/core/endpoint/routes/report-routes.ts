import { type KeyReport, keyReport, keyReported } from '../../../../shared/http/answers.ts';
import { send } from '../answer.ts';
import type { VerifiedClient } from '../clients.ts';
import type { CredentialSource } from '../deps.ts';
import { explained } from '../no-such-key.ts';
import { credentialTooOften, localOnly } from '../refusals.ts';
import type { RequestDeps } from '../request-deps.ts';
import type { ClientRoute, Params } from '../route.ts';

const JSON_TYPE = 'application/json';

function resolved(credentials: CredentialSource, client: VerifiedClient, { provider, label }: Params) {
  try {
    return credentials.resolve(provider, label);
  } catch (error) {
    throw explained(credentials, error, { client, grant: 'keys:read', provider, label });
  }
}

/** `POST /v1/keys/{provider}[/{label}]/report`: marks the credential failing on its card, and does no more. */
export function reportRoutes({ credentials, credentialRates }: RequestDeps): readonly ClientRoute[] {
  const route = {
    tag: 'keys',
    method: 'POST',
    access: { kind: 'credential', grant: 'keys:read', asks: false },
    description:
      'The owner sees it on the card as the tool’s word, until the next test. ' +
      'Nothing is suspended, and a second report within five minutes changes nothing.',
    body: { schema: keyReport, example: { reason: 'refused', version: 2, status: 401 } },
    answers: {
      200: { description: 'It was heard.', type: JSON_TYPE, schema: keyReported, example: { marked: true } },
    },
    handle({ params, client, body, response }) {
      const { id, local } = resolved(credentials, client, params);
      if (client.kind === 'test' && !local) throw localOnly();
      const waitMs = credentialRates.take(client, id);
      if (waitMs > 0) throw credentialTooOften(waitMs);
      const marked = credentials.report(id, body as KeyReport, client);
      send(response, 200, JSON_TYPE, JSON.stringify({ marked }));
    },
  } as const satisfies Partial<ClientRoute>;
  return [
    {
      ...route,
      id: 'reportDefaultKey',
      path: '/v1/keys/{provider}/report',
      summary: 'Say that the key of label "default" does not work',
    },
    {
      ...route,
      id: 'reportKey',
      path: '/v1/keys/{provider}/{label}/report',
      summary: 'Say that a key does not work',
    },
  ];
}
