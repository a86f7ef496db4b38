import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { App } from '../../../electron/core/app.ts';
import { Endpoint } from '../../../electron/core/endpoint/endpoint.ts';
import { createLog } from '../../../electron/core/logs/log.ts';
import { createAppMetrics } from '../../../electron/core/metrics/app-metrics.ts';
import type { ProxyObservers } from '../../../electron/core/proxy/observers.ts';
import { PROXY_DEFAULTS, type ProxySettings } from '../../../electron/core/proxy/settings.ts';
import type { NewCredential } from '../../../shared/contract/schemas.ts';
import type { FakeClock } from '../../support/fake-clock.ts';
import { credentialInput, startUnlockedApp, usageOf } from '../../support/test-app.ts';
import { exchange, type RawAnswer } from '../endpoint/raw-http.ts';

export const SECRET = ['sk-', 'proj-', 'FAKE', '-for-the-proxy-1234567890'].join('');

export interface RunningProxy {
  readonly app: App;
  readonly clock: FakeClock;
  readonly endpoint: Endpoint;
  readonly metrics: ReturnType<typeof createAppMetrics>;
  readonly port: number;
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly token: string;
  readonly clientId: string;
  readonly home: string;
  add(credential: Partial<NewCredential> & Pick<NewCredential, 'provider' | 'fields'>): void;
  readonly client: (
    grants: readonly string[],
    more?: { rate?: number | null; test?: boolean },
  ) => { token: string; id: string };
  /** Sends bytes and reads until the connection ends. */
  readonly raw: (bytes: string, stay?: boolean) => Promise<RawAnswer>;
  ask(method: string, path: string, more?: { headers?: readonly string[]; body?: string }): Promise<RawAnswer>;
}

interface Given {
  readonly settings?: Partial<ProxySettings>;
  readonly observers?: ProxyObservers;
  readonly resourcesDir?: string;
}

let clients = 0;

/** The whole core with a new vault, and an endpoint of its own in front, as the app's but with what a test gives it. */
export async function startProxy(given: Given = {}): Promise<RunningProxy> {
  const { app, clock, home } = await startUnlockedApp('requests', given.resourcesDir);
  const metrics = createAppMetrics();
  const settings = { ...PROXY_DEFAULTS, ...given.settings };
  const endpoint = new Endpoint({
    ...app, // its services
    clock,
    usage: usageOf(app, clock),
    paths: { run: join(home, 'run'), auditPending: join(home, 'audit-pending.jsonl') },
    log: createLog(null),
    emit: () => undefined,
    metrics,
    isVaultKvOn: () => false,
    proxy: {
      catalogue: app.providers.catalogue,
      settings: () => settings,
      ...(given.observers === undefined ? {} : { observers: given.observers }),
    },
    version: '0.0.0-test',
    activity: () => undefined,
  });
  onTestFinished(() => endpoint.close());
  const { port } = await endpoint.on({ port: 0, actor: 'cli' });
  if (port === null) throw new Error('no port');
  const client: RunningProxy['client'] = (grants, { rate = null, test = false } = {}) => {
    clients += 1;
    const input = { name: `tool ${clients}`, grants: [...grants], expiresInDays: 30, ratePerSecond: rate, test };
    const made = app.clients.create(input, 'cli');
    return { token: made.token, id: made.client.id };
  };
  const { token, id } = client(['proxy:openai', 'proxy:anthropic']);
  const raw: RunningProxy['raw'] = (bytes, stay = true) => exchange({ port }, bytes, stay);
  return {
    ...{ app, clock, endpoint, metrics, port, token, home, client, raw },
    clientId: id,
    url: `http://127.0.0.1:${port}`,
    add: (credential) => void app.credentials.add(credentialInput(credential), 'cli'),
    ask: (method, path, { headers = [], body = '' } = {}) =>
      raw(
        [
          `${method} ${path} HTTP/1.1`,
          `Host: 127.0.0.1:${port}`,
          'Connection: close',
          ...(headers.some((line) => /^(?:authorization|x-api-key):/i.test(line))
            ? []
            : [`Authorization: Bearer ${token}`]),
          ...(body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
          ...headers,
          '',
          body,
        ].join('\r\n'),
      ),
  };
}

/** The same with an OpenAI credential that goes to `url`. */
export async function startProxyTo(url: string, given: Given = {}): Promise<RunningProxy> {
  const proxy = await startProxy(given);
  proxy.add({ provider: 'openai', fields: { api_key: SECRET }, baseUrl: url, local: true });
  return proxy;
}
