import type { CredentialSummary } from '../../../../shared/contract/schemas.ts';
import { grantCovers } from '../../../../shared/grant.ts';
import { keyList, keyValue } from '../../../../shared/http/answers.ts';
import { send } from '../answer.ts';
import type { VerifiedClient } from '../clients.ts';
import type { CredentialSource } from '../deps.ts';
import { keyAnswer } from '../key-answer.ts';
import { sendKey } from '../opened-key.ts';
import type { RequestDeps } from '../request-deps.ts';
import type { AnswerDescription, ClientRoute } from '../route.ts';

const JSON_TYPE = 'application/json';
const KEY_EXAMPLE = {
  provider: 'openai',
  label: 'work',
  scope: 'user',
  version: 2,
  expiresAt: null,
  fingerprint: '9f86d081884c7d65',
} as const;
const KEY: AnswerDescription = {
  description: 'The key with all its fields. `env` has the names that the provider’s own SDK reads.',
  type: JSON_TYPE,
  schema: keyValue,
  example: { ...KEY_EXAMPLE, value: 'KEY', fields: { api_key: 'KEY' }, env: { OPENAI_API_KEY: 'KEY' } },
};

/** `GET /v1/keys` and `GET /v1/keys/{provider}[/{label}]`. */
export function keyRoutes(deps: RequestDeps): readonly ClientRoute[] {
  const oneKey = {
    tag: 'keys',
    method: 'GET',
    access: { kind: 'credential', grant: 'keys:read', asks: true },
    answers: { 200: KEY },
    errors: [409, 500, 502, 504],
    handle: (asked) => sendKey(deps, asked, keyAnswer),
  } as const satisfies Partial<ClientRoute>;
  return [
    {
      id: 'listKeys',
      tag: 'keys',
      method: 'GET',
      path: '/v1/keys',
      access: { kind: 'grant', grant: 'keys:list' },
      summary: 'What this client may use, without any value',
      answers: {
        200: {
          description: 'Those that its other grants name; where it has none of them, all that is served.',
          type: JSON_TYPE,
          schema: keyList,
          example: { keys: [{ ...KEY_EXAMPLE, name: 'Work' }] },
        },
      },
      handle({ client, response }) {
        send(response, 200, JSON_TYPE, listKeys(deps.credentials, client));
      },
    },
    {
      ...oneKey,
      id: 'readDefaultKey',
      path: '/v1/keys/{provider}',
      summary: 'The key of a provider, of label "default"',
    },
    { ...oneKey, id: 'readKey', path: '/v1/keys/{provider}/{label}', summary: 'The key of a provider and a label' },
  ];
}

/**
 * Metadata of what the client's other grants let it use; where `keys:list` is its only kind of grant, of all that is
 * served. A test client sees only what it reaches.
 */
function listKeys(credentials: CredentialSource, client: VerifiedClient): string {
  const keys = servedTo(credentials, (credential) => maySee(client, credential));
  return JSON.stringify({
    keys: keys.map(({ provider, label, name, scope, version, expiresAt, fingerprint }) => {
      return { provider, label, name, scope, version, expiresAt, fingerprint };
    }),
  });
}

/** One for each name: the user's own comes before the system's, as in resolution. */
export function servedTo(
  credentials: CredentialSource,
  isSeen: (credential: CredentialSummary) => boolean,
): CredentialSummary[] {
  const served = new Map<string, CredentialSummary>();
  for (const credential of credentials.list({ state: 'active' })) {
    const { provider, label, scope } = credential;
    if (scope === 'user' || !served.has(`${provider}/${label}`)) served.set(`${provider}/${label}`, credential);
  }
  return [...served.values()].filter(isSeen);
}

function maySee(client: VerifiedClient, credential: CredentialSummary): boolean {
  if (client.kind === 'test' && !credential.local) return false;
  const named = client.grants.filter((grant) => 'provider' in grant);
  if (named.length === 0) return true;
  return named.some((grant) => grantCovers(grant, grant.kind, credential.provider, credential.label));
}
