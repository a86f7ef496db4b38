import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { CredentialDetail, CredentialSummary } from '../../../../shared/contract/schemas.ts';
import { AppError } from '../../../../shared/errors.ts';
import { grantCovers } from '../../../../shared/grant.ts';
import { vaultHealth, vaultKeys, vaultMetadata, vaultSecret } from '../../../../shared/http/answers.ts';
import { send } from '../answer.ts';
import type { VerifiedClient } from '../clients.ts';
import { jsonBytes, objectPieces } from '../key-bytes.ts';
import { sendKey } from '../opened-key.ts';
import { VAULT_TYPE } from '../problem.ts';
import { vaultKvIsOff } from '../refusals.ts';
import type { RequestDeps } from '../request-deps.ts';
import type { ClientAsked, ClientRoute, PublicRoute, QueryDescription, Route } from '../route.ts';
import { queryValue } from '../route-table.ts';
import { servedTo } from './key-routes.ts';

const VERSION: QueryDescription = {
  name: 'version',
  value: /^(?:0|[1-9][0-9]{0,8})$/,
  required: false,
  description: 'Only the current version is there; 0 means it.',
  schema: z.int().min(0),
};
const LIST: QueryDescription = {
  name: 'list',
  value: /^true$/,
  required: true,
  description: 'Vault’s way to list without its own method.',
  schema: z.literal('true'),
};
const EXAMPLE_ENVELOPE = {
  request_id: '00000000-0000-4000-8000-000000000000',
  lease_id: '',
  renewable: false,
  lease_duration: 0,
  wrap_info: null,
  warnings: null,
  auth: null,
} as const;
const EXAMPLE_TIME = '2030-01-15T12:00:00.000Z';
const EXAMPLE_VERSION = { created_time: EXAMPLE_TIME, deletion_time: '', destroyed: false } as const;
const envelope = () => ({ ...EXAMPLE_ENVELOPE, request_id: randomUUID() });

/**
 * The read subset of HashiCorp Vault's KV secrets engine version 2, mounted at `secret/`
 * (https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2). The path of a secret is PROVIDER/LABEL. Nothing is
 * there while the owner's switch is off.
 */
export function vaultRoutes(deps: RequestDeps): readonly Route[] {
  const shared = { tag: 'vault', method: 'GET', surface: 'vault', errors: [404] } as const;
  const access = { kind: 'credential', grant: 'keys:read', asks: true } as const;
  /** Each handler asks the switch anew. */
  const whileOn = (handle: ClientRoute['handle']): ClientRoute['handle'] => {
    return (asked) => {
      if (!deps.isVaultKvOn()) throw vaultKvIsOff();
      return handle(asked);
    };
  };
  const list = (of: (asked: ClientAsked) => readonly string[]) =>
    whileOn((asked) => {
      const keys = of(asked);
      if (keys.length === 0) throw new AppError('key_not_found', 'There is nothing here that this client may read.');
      send(asked.response, 200, VAULT_TYPE, JSON.stringify({ ...envelope(), data: { keys } }));
    });
  const listRoute = {
    ...shared,
    access: { kind: 'client' },
    queries: [LIST],
    answers: {
      200: {
        description: 'Names; one that ends in a slash holds more.',
        type: VAULT_TYPE,
        schema: vaultKeys,
        example: { ...EXAMPLE_ENVELOPE, data: { keys: ['openai/'] } },
      },
    },
  } as const satisfies Partial<ClientRoute>;
  const providers = list(({ client }) => [...new Set(readable(deps, client).map(({ provider }) => `${provider}/`))]);
  const labels = list(({ client, params }) =>
    readable(deps, client)
      .filter(({ provider }) => provider === params.provider)
      .map(({ label }) => label),
  );
  return [
    healthRoute(deps),
    {
      ...shared,
      id: 'vaultReadSecret',
      path: '/v1/secret/data/{provider}/{label}',
      access,
      queries: [VERSION],
      errors: [404, 409, 500, 502, 504],
      summary: 'The fields of a key, as a Vault secret',
      answers: {
        200: {
          description: 'All fields by name, and `value`: the primary one.',
          type: VAULT_TYPE,
          schema: vaultSecret,
          example: {
            ...EXAMPLE_ENVELOPE,
            data: {
              data: { api_key: 'KEY', value: 'KEY' },
              metadata: { ...EXAMPLE_VERSION, custom_metadata: null, version: 2 },
            },
          },
        },
      },
      handle: whileOn((asked) => readSecret(deps, asked)),
    },
    {
      ...shared,
      id: 'vaultReadMetadata',
      path: '/v1/secret/metadata/{provider}/{label}',
      access: { ...access, asks: false },
      summary: 'The versions of a key, without any value',
      answers: {
        200: {
          description: 'What Vault says of a secret. Only the current version can be read here.',
          type: VAULT_TYPE,
          schema: vaultMetadata,
          example: { ...EXAMPLE_ENVELOPE, data: metadataOf(2, EXAMPLE_TIME, EXAMPLE_TIME, [[2, EXAMPLE_TIME, false]]) },
        },
      },
      handle: whileOn((asked) => readMetadata(deps, asked)),
    },
    { ...listRoute, id: 'vaultListProviders', path: '/v1/secret/metadata', summary: 'Providers', handle: providers },
    {
      ...listRoute,
      id: 'vaultListProvidersOfFolder',
      path: '/v1/secret/metadata/',
      summary: 'Providers, as clients ask that write a folder with a slash',
      handle: providers,
    },
    {
      ...listRoute,
      id: 'vaultListLabels',
      path: '/v1/secret/metadata/{provider}',
      summary: 'Labels of a provider',
      handle: labels,
    },
    {
      ...listRoute,
      id: 'vaultListLabelsOfFolder',
      path: '/v1/secret/metadata/{provider}/',
      summary: 'Labels of a provider, as clients ask that write a folder with a slash',
      handle: labels,
    },
  ];
}

/** Only what it may read, whatever else it may do. */
function readable(deps: RequestDeps, client: VerifiedClient): readonly CredentialSummary[] {
  return servedTo(deps.credentials, ({ provider, label, local }) => {
    if (client.kind === 'test' && !local) return false;
    return client.grants.some((grant) => grantCovers(grant, 'keys:read', provider, label));
  });
}

function readSecret(deps: RequestDeps, asked: ClientAsked): void | Promise<void> {
  const wanted = Number(queryValue(asked.query, 'version') ?? 0);
  return sendKey(deps, asked, (credential, opened) => {
    if (wanted !== 0 && wanted !== credential.version) {
      throw new AppError('key_not_found', 'Only the current version is handed out to tools.');
    }
    const { versions, createdAt } = deps.credentials.get({ id: credential.id });
    const since = versions.find(({ version }) => version === credential.version)?.createdAt ?? createdAt;
    const primary = opened.fields.get(opened.primary);
    const members = new Map(opened.fields);
    if (primary !== undefined && !members.has('value')) members.set('value', primary);
    const { auth, wrap_info, warnings, ...head } = envelope();
    const metadata = {
      created_time: since,
      custom_metadata: null,
      deletion_time: '',
      destroyed: false,
      version: credential.version,
    };
    return jsonBytes([
      `${JSON.stringify(head).slice(0, -1)},"data":{"data":`,
      ...objectPieces(members),
      `,"metadata":${JSON.stringify(metadata)}},${JSON.stringify({ auth, wrap_info, warnings }).slice(1)}`,
    ]);
  });
}

function readMetadata(deps: RequestDeps, { params, client, response }: ClientAsked): void {
  const { id, local } = deps.credentials.resolve(params.provider, params.label);
  if (client.kind === 'test' && !local) throw new AppError('key_not_found', 'There is no such key.');
  const { version, createdAt, updatedAt, versions } = deps.credentials.get({ id });
  const data = metadataOf(version, createdAt, updatedAt, versions.map(versionWords));
  send(response, 200, VAULT_TYPE, JSON.stringify({ ...envelope(), data }));
}

type VersionWords = readonly [version: number, createdAt: string, destroyed: boolean];

function versionWords({ version, createdAt, state }: CredentialDetail['versions'][number]): VersionWords {
  return [version, createdAt, state === 'deleted'];
}

function metadataOf(current: number, createdAt: string, updatedAt: string, versions: readonly VersionWords[]) {
  return {
    cas_required: false,
    created_time: createdAt,
    current_version: current,
    custom_metadata: null,
    delete_version_after: '0s',
    max_versions: 0,
    oldest_version: Math.min(...versions.map(([version]) => version)),
    updated_time: updatedAt,
    versions: Object.fromEntries(
      versions.map(([version, created, destroyed]) => [
        String(version),
        { created_time: created, deletion_time: '', destroyed },
      ]),
    ),
  };
}

/** `GET /v1/sys/health`: what clients ask first. Vault's own statuses: 200 open, 503 sealed, 501 without a vault. */
function healthRoute({ vault, version, clock, isVaultKvOn }: RequestDeps): PublicRoute {
  const body = (sealed: boolean, initialized: boolean, seconds: number) => ({
    initialized,
    sealed,
    standby: false,
    performance_standby: false,
    replication_performance_mode: 'disabled',
    replication_dr_mode: 'disabled',
    server_time_utc: seconds,
    version: `keyharbor-${version}`,
  });
  return {
    id: 'vaultHealth',
    tag: 'vault',
    method: 'GET',
    path: '/v1/sys/health',
    surface: 'vault',
    access: { kind: 'public' },
    summary: 'Whether the vault is open, in Vault’s words',
    errors: [404],
    answers: Object.fromEntries(
      [
        [200, 'Open.', body(false, true, 1_894_708_800)] as const,
        [501, 'There is no vault yet.', body(true, false, 1_894_708_800)] as const,
        [503, 'Locked.', body(true, true, 1_894_708_800)] as const,
      ].map(([status, description, example]) => [
        status,
        { description, type: VAULT_TYPE, schema: vaultHealth, example },
      ]),
    ),
    handle({ response }) {
      const unlocked = vault.state === 'unlocked';
      // Whether it is switched on can only be read in an open vault.
      if (unlocked && !isVaultKvOn()) {
        send(response, 404, VAULT_TYPE, JSON.stringify({ errors: [] }));
        return;
      }
      const exists = vault.state !== 'no-vault';
      const status = unlocked ? 200 : exists ? 503 : 501;
      send(response, status, VAULT_TYPE, JSON.stringify(body(!unlocked, exists, Math.floor(clock.now() / 1000))));
    },
  };
}
