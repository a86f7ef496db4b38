import type { ServerResponse } from 'node:http';
import { expect } from 'vitest';
import { answeringServer, json, type SeenRequest } from '../../support/answering-server.ts';
import { startUnlockedApp } from '../../support/test-app.ts';
import type { NewWebhook } from '../../../shared/contract/notifications.ts';
import { Webhook } from 'standardwebhooks';
import { eventually } from '../../support/eventually.ts';

type Answer = (response: ServerResponse, request: SeenRequest) => unknown;

export interface Received {
  readonly id: string;
  readonly type: string;
  readonly createdAt: string;
  readonly data: unknown;
}

/** The whole core with a real receiver on loopback. Time stands still but for `clock`. */
export async function withReceiver(first: Answer = (response) => json(response, 200, {})) {
  let answer = first;
  const bodies: string[] = [];
  const server = await answeringServer(async (response, request) => {
    bodies.push(await request.body());
    await answer(response, request);
  });
  const t = await startUnlockedApp();
  t.app.lockPolicy.close(); // what it does to an idle vault has tests of its own
  t.clock.wallMs = Date.now(); // receivers of the official library refuse what is not of today
  const { webhooks } = t.app.notifications;
  const add = (given: Partial<NewWebhook> = {}) =>
    webhooks.create(
      { url: `${server.url}/hook`, label: 'ops', events: ['client.created', 'client.revoked'], local: true, ...given },
      'cli',
    );
  let clients = 0;
  /** An event that webhooks hear of, with its name; written down when this returns. */
  const happens = (): string => {
    clients += 1;
    const name = `tool ${clients}`;
    t.app.clients.create({ name, grants: ['keys:list'], expiresInDays: 30, ratePerSecond: null, test: false }, 'cli');
    t.clock.advance(50);
    return name;
  };
  return {
    ...t,
    server,
    bodies,
    webhooks,
    add,
    happens,
    answerWith: (next: Answer) => (answer = next),
    deliveries: () => webhooks.deliveries({ limit: 100 }),
    /** Waits until so many requests have come. */
    came: (count: number) => eventually(() => expect(bodies.length).toBeGreaterThanOrEqual(count)),
    received: (): Received[] => bodies.map((body) => JSON.parse(body) as Received),
    /** What the official library of Standard Webhooks makes of the request. @throws where the signature is not good. */
    verified: (secret: string, at = -1): unknown => {
      const request = server.seen.at(at);
      const body = bodies.at(at) ?? '';
      return new Webhook(secret).verify(body, request?.headers as Record<string, string>);
    },
  };
}
