import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { SeenRequest } from './answering-server.ts';

/** SHA-256 as @smithy/signature-v4 wants it. */
class Sha256 {
  readonly #hash;
  constructor(secret?: string | Uint8Array) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
  }
  update(data: string | Uint8Array): void {
    this.#hash.update(data);
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(this.#hash.digest()));
  }
  reset(): void {}
}

/** The same request signed by the signer of the official SDK. */
export async function official(
  request: Pick<SeenRequest, 'method' | 'path' | 'headers'>,
  body: string,
  keys: Record<string, string>,
  nowMs: number,
) {
  const { authorization = '', ...sent } = request.headers;
  const signed = /SignedHeaders=([^,]+)/.exec(authorization)?.[1]?.split(';') ?? [];
  const headers = Object.fromEntries(signed.map((name) => [name, String(sent[name])]));
  for (const name of ['x-amz-date', 'x-amz-security-token', 'x-amz-content-sha256']) delete headers[name];
  const [host = '', port] = (sent.host ?? '').split(':');
  const signer = new SignatureV4({
    service: 'sts',
    region: 'eu-west-1',
    sha256: Sha256 as never,
    applyChecksum: 'x-amz-content-sha256' in sent,
    credentials: {
      accessKeyId: keys.id ?? '',
      secretAccessKey: keys.secret ?? '',
      ...(keys.session === undefined ? {} : { sessionToken: keys.session }),
    },
  });
  const [path = '/'] = request.path.split('?');
  const made = (await signer.sign(
    {
      method: request.method,
      protocol: 'http:',
      hostname: host,
      ...(port === undefined ? {} : { port: Number(port) }),
      path,
      query: {},
      headers: { ...headers, host: sent.host ?? '' },
      body,
    } as never,
    { signingDate: new Date(nowMs) },
  )) as unknown as { readonly headers: Readonly<Record<string, string>> };
  return { expected: made.headers.authorization, got: authorization };
}
