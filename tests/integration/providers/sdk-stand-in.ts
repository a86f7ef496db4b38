import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { answeringServer, type SeenRequest } from '../../support/answering-server.ts';

export interface StandInCase {
  readonly name: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

interface RawCase {
  readonly provider?: string;
  readonly name: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** The recorded answers of one provider. */
export function casesOf(file: string, provider?: string): StandInCase[] {
  const text = readFileSync(join(import.meta.dirname, '../../fixtures/samples', file), 'utf8');
  const { cases } = JSON.parse(text) as { cases: readonly RawCase[] };
  return cases.flatMap(({ name, status, headers = {}, body, provider: of }) =>
    status === undefined || (provider !== undefined && of !== provider) ? [] : [{ name, status, headers, body }],
  );
}

/** One server that answers both the official SDK and our own check, always with the same case. */
export async function sdkStandIn(answer: StandInCase): Promise<{ readonly url: string; readonly seen: SeenRequest[] }> {
  return answeringServer((response) => {
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
  });
}
