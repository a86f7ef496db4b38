import type { CallInfo, CallResult } from '../proxy/observers.ts';
import { endpointTemplate } from './endpoint-template.ts';
import type { CallOrigin } from './ended-call.ts';
import type { ProviderUsage } from './usage-of-provider.ts';

type Info = Pick<CallInfo, 'client' | 'provider' | 'method' | 'path'>;
type Credential = Pick<CallResult['credential'], 'id' | 'version' | 'label'>;
type Metering = Pick<ProviderUsage, 'kind' | 'unit'>;

const MAX_KNOWN = 1000;

/** Gives calls of one origin the same object: a busy client has few. */
export class CallOrigins {
  readonly #known = new Map<string, CallOrigin>();
  #last: { readonly origin: CallOrigin; readonly label: string } | null = null;

  of(info: Info, credential: Credential, metering: Metering): CallOrigin {
    const last = this.#last;
    if (last?.label === credential.label && isOf(last.origin, info, credential, metering)) return last.origin;
    const { client, provider, method, path } = info;
    const { id, version, label } = credential;
    const { kind, unit } = metering;
    const parts = [path, method, client.id, client.name, client.project, id, version, label, provider.id, kind, unit];
    const key = parts.join('\0');
    let origin = this.#known.get(key);
    if (origin === undefined) {
      origin = {
        client: { id: client.id, name: client.name },
        credential: { id, version, ref: `${provider.id}/${label}` },
        project: client.project ?? '',
        provider: provider.id,
        kind,
        unit,
        method,
        path,
        endpoint: endpointTemplate(path),
      };
      if (this.#known.size >= MAX_KNOWN) this.#known.clear();
      this.#known.set(key, origin);
    }
    this.#last = { origin, label };
    return origin;
  }
}

function isOf(origin: CallOrigin, info: Info, { id, version }: Credential, { kind, unit }: Metering): boolean {
  const { client, provider, method, path } = info;
  return (
    origin.path === path &&
    origin.method === method &&
    origin.client.id === client.id &&
    origin.client.name === client.name &&
    origin.project === (client.project ?? '') &&
    origin.credential.id === id &&
    origin.credential.version === version &&
    origin.provider === provider.id &&
    origin.kind === kind &&
    origin.unit === unit
  );
}
