import type { OutgoingRequest } from './http-exchange.ts';

export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary keys. */
  readonly sessionToken: string | undefined;
}

/** 20150830T123600Z: the basic format of ISO 8601, in UTC and whole seconds. */
function basicTime(ms: number): string {
  return new Date(ms).toISOString().replace(/[:-]|\.\d{3}/g, '');
}

/**
 * Signs a whole request with AWS Signature Version 4. The keys stay here: what is sent is a signature, good for a few
 * minutes.
 * @param nowMs - UTC epoch milliseconds; AWS refuses what is more than five minutes off.
 */
export async function signAwsRequest(
  request: OutgoingRequest,
  keys: AwsKeys,
  scope: { readonly service: string; readonly region: string },
  nowMs: number,
): Promise<OutgoingRequest> {
  const { AwsV4Signer } = await import('aws4fetch');
  const signer = new AwsV4Signer({
    method: request.method,
    url: request.url.href,
    headers: Object.fromEntries(request.headers),
    body: request.body,
    accessKeyId: keys.accessKeyId,
    secretAccessKey: keys.secretAccessKey,
    ...(keys.sessionToken === undefined ? {} : { sessionToken: keys.sessionToken }),
    service: scope.service,
    region: scope.region,
    datetime: basicTime(nowMs),
  });
  const { headers } = await signer.sign();
  return { ...request, headers: new Map(headers) };
}
