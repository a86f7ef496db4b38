import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import { Octokit } from '@octokit/core';
import { WebClient } from '@slack/web-api';
import OpenAI from 'openai';
import { describe, expect, test } from 'vitest';
import type { ValidationResult } from '../../../shared/provider/answer.ts';
import type { SeenRequest } from '../../support/answering-server.ts';
import { fakeKey } from '../../support/fake-keys.ts';
import { credentialInput, startUnlockedApp } from '../../support/test-app.ts';
import { casesOf, sdkStandIn, type StandInCase } from './sdk-stand-in.ts';

/**
 * The official SDKs are the judges of our stand-ins: each has to read an answer as what it is said to be (a result, or
 * its own error of that kind). Our check is then made against that same server, and has to come to the same meaning. The
 * requests have to agree too: method, path and the header with the key.
 */
interface Sdk {
  readonly provider: string;
  readonly fields: Readonly<Record<string, string>>;
  /** Below the stand-in's address, as a credential's base URL. */
  readonly base: string;
  readonly keyHeader: string;
  /** Where the SDK puts the key otherwise than the API's documentation. */
  readonly sdkKeyHeader?: string;
  /** Makes the call that our check makes. @returns what it read; throws the SDK's own error. */
  readonly call: (url: string) => Promise<unknown>;
  /** Status and word that the SDK's error names. */
  readonly said: (error: unknown) => { readonly status: number | undefined; readonly text: string };
}

interface Row {
  readonly answer: StandInCase;
  readonly result: ValidationResult;
  /** What the SDK has to have understood: part of a good answer, or a word of its error. */
  readonly understood: string;
}

type ApiError = { readonly status?: number; readonly message: string; readonly error?: unknown };

const openai = fakeKey('openai', 'project');
const anthropic = fakeKey('anthropic', 'API key');
const gemini = fakeKey('google', 'auth');
const slack = fakeKey('slack', 'bot');
const github = fakeKey('github', 'classic PAT');

const general = (error: unknown) => {
  const { status, message } = error as ApiError;
  return { status, text: `${(error as Error).constructor.name} ${message} ${JSON.stringify(error)}` };
};

const sdks: Readonly<Record<string, Sdk>> = {
  openai: {
    provider: 'openai',
    fields: { api_key: openai },
    base: '/v1',
    keyHeader: 'authorization',
    call: async (url) => (await new OpenAI({ apiKey: openai, baseURL: `${url}/v1`, maxRetries: 0 }).models.list()).data,
    said: general,
  },
  anthropic: {
    provider: 'anthropic',
    fields: { api_key: anthropic },
    base: '',
    keyHeader: 'x-api-key',
    sdkKeyHeader: 'authorization',
    call: async (url) =>
      (await new Anthropic({ apiKey: anthropic, baseURL: url, maxRetries: 0 }).models.list({ limit: 1 })).data,
    said: general,
  },
  google: {
    provider: 'google',
    fields: { api_key: gemini },
    base: '',
    keyHeader: 'x-goog-api-key',
    call: async (url) => {
      const ai = new GoogleGenAI({ apiKey: gemini, httpOptions: { baseUrl: url, apiVersion: 'v1beta' } });
      return (await ai.models.list({ config: { pageSize: 1 } })).page;
    },
    said: general,
  },
  slack: {
    provider: 'slack',
    fields: { token: slack },
    base: '/api',
    keyHeader: 'authorization',
    call: (url) =>
      new WebClient(slack, {
        slackApiUrl: `${url}/api/`,
        retryConfig: { retries: 0 },
        rejectRateLimitedCalls: true,
        logger: quiet,
      }).auth.test(),
    said: (error) => {
      const { data, code, message } = error as { data?: { error?: string }; code?: string; message: string };
      return { status: undefined, text: `${data?.error ?? ''} ${code ?? ''} ${message}` };
    },
  },
  github: {
    provider: 'github',
    fields: { token: github },
    base: '',
    keyHeader: 'authorization',
    call: async (url) =>
      ((await new Octokit({ auth: github, baseUrl: url, log: quiet }).request('GET /user')) as { data: unknown }).data,
    said: general,
  },
};

const silent = () => undefined;
const quiet = {
  debug: silent,
  info: silent,
  warn: silent,
  error: silent,
  setLevel: silent,
  getLevel: () => 'error' as never,
  setName: silent,
};

function row(answer: StandInCase | undefined, result: ValidationResult, understood: string): Row {
  if (answer === undefined) throw new Error('no such sample');
  return { answer, result, understood };
}

function rows(cases: readonly StandInCase[], wanted: readonly (readonly [string, ValidationResult, string])[]): Row[] {
  return wanted.map(([name, result, understood]) =>
    row(
      cases.find((each) => each.name === name),
      result,
      understood,
    ),
  );
}

const good = (body: unknown): StandInCase => ({ name: 'ok', status: 200, headers: {}, body });
const tier1 = (provider: string) => casesOf('tier1_validation.json', provider);
const broken: StandInCase = { name: 'broken', status: 502, headers: {}, body: { message: 'bad gateway' } };

const table: Readonly<Record<string, readonly Row[]>> = {
  openai: [
    row(good({ object: 'list', data: [{ id: 'gpt-fake', object: 'model', created: 1 }] }), 'valid', 'gpt-fake'),
    ...rows(casesOf('openai_errors.json'), [
      ['invalid_key', 'invalid_key', 'AuthenticationError'],
      ['revoked_or_expired_key', 'invalid_key', 'AuthenticationError'],
      ['restricted_key_missing_scope', 'insufficient_permission', 'PermissionDeniedError'],
      ['rate_limit', 'rate_limited', 'RateLimitError'],
      ['insufficient_quota', 'quota_exceeded', 'insufficient_quota'],
      ['billing_hard_limit', 'quota_exceeded', 'billing_hard_limit'],
      ['server_error', 'provider_unavailable', 'InternalServerError'],
      ['overloaded', 'provider_unavailable', 'InternalServerError'],
    ]),
  ],
  anthropic: [
    row(
      good({ data: [{ id: 'claude-fake', type: 'model' }], has_more: false, first_id: 'a', last_id: 'a' }),
      'valid',
      'claude-fake',
    ),
    ...rows(casesOf('anthropic_errors.json'), [
      ['invalid_key', 'invalid_key', 'authentication_error'],
      ['billing_402', 'quota_exceeded', 'billing_error'],
      ['credit_balance_too_low', 'quota_exceeded', 'credit balance'],
      ['permission', 'insufficient_permission', 'permission_error'],
      ['rate_limit', 'rate_limited', 'rate_limit_error'],
      ['api_error', 'provider_unavailable', 'api_error'],
      ['overloaded', 'provider_unavailable', 'overloaded_error'],
    ]),
  ],
  google: [
    row(good({ models: [{ name: 'models/gemini-fake', version: '1' }] }), 'valid', 'gemini-fake'),
    ...rows(casesOf('gemini_errors.json'), [
      ['invalid_key', 'invalid_key', 'API_KEY_INVALID'],
      ['expired_key', 'expired', 'expired'],
      ['service_disabled', 'insufficient_permission', 'SERVICE_DISABLED'],
      ['leaked_key', 'invalid_key', 'leaked'],
      ['overloaded', 'provider_unavailable', 'UNAVAILABLE'],
    ]),
  ],
  slack: [
    ...rows(tier1('slack'), [
      ['ok', 'valid', 'Fake Workspace'],
      ['invalid', 'invalid_key', 'invalid_auth'],
      ['revoked', 'invalid_key', 'token_revoked'],
      ['expired', 'expired', 'token_expired'],
      ['account_inactive', 'invalid_key', 'account_inactive'],
      ['ratelimited', 'rate_limited', 'rate_limited'],
    ]),
    row(broken, 'provider_unavailable', '502'),
  ],
  github: [
    ...rows(tier1('github'), [
      ['ok', 'valid', 'fake-user'],
      ['bad', 'invalid_key', 'Bad credentials'],
      ['primary_limit', 'rate_limited', 'API rate limit exceeded'],
      ['secondary_limit', 'rate_limited', 'secondary rate limit'],
    ]),
    row(broken, 'provider_unavailable', 'bad gateway'),
  ],
};

/** How a request carries its key, without what SDKs add for themselves. */
function asked({ method, path, headers }: SeenRequest, keyHeader: string) {
  return { method, path: path.split('?')[0], key: headers[keyHeader]?.toString().replace(/^(?:token|Bearer) /, '') };
}

describe.each(Object.keys(table))('the official SDK of %s', (name) => {
  const sdk = sdks[name] as Sdk;
  test.each(table[name] as Row[])(
    'and our check agree on $answer.name: $result',
    async ({ answer, result, understood }) => {
      const server = await sdkStandIn(answer);
      const outcome = await sdk.call(server.url).then(
        (read) => ({ read, error: undefined }),
        (error: unknown) => ({ read: undefined, error }),
      );
      if (outcome.error === undefined) {
        expect(result).toBe('valid');
        expect(JSON.stringify(outcome.read)).toContain(understood);
      } else {
        const { status, text } = sdk.said(outcome.error);
        expect(result).not.toBe('valid');
        expect(text).toContain(understood);
        if (status !== undefined) expect(status).toBe(answer.status);
      }

      const t = await startUnlockedApp();
      const { provider, fields, base } = sdk;
      const input = credentialInput({ provider, fields, baseUrl: `${server.url}${base}`, local: true });
      const { id } = t.app.credentials.add(input, 'cli').credential;
      expect((await t.app.credentials.test({ id }, false, 'cli')).result).toBe(result);

      const [theirs, ours] = server.seen as [SeenRequest, SeenRequest];
      const { keyHeader, sdkKeyHeader = keyHeader } = sdk;
      expect(asked(ours, keyHeader)).toEqual(asked(theirs, sdkKeyHeader));
    },
  );
});
