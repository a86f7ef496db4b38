import type { CallInfo, CallResult } from '../proxy/observers.ts';
import type { CallForm } from './call-form.ts';
import { endpointTemplate } from './endpoint-template.ts';
import type { CallOrigin } from './ended-call.ts';

type Client = CallInfo['client'];
type Credential = Pick<CallResult['credential'], 'id' | 'version' | 'label'>;

const MAX_KNOWN = 1000;

/** Gives calls of one origin the same object: a busy client has few. */
export class CallOrigins {
  readonly #known = new Map<string, CallOrigin>();
  #last: { readonly form: CallForm; readonly origin: CallOrigin; readonly label: string } | null = null;

  of(form: CallForm, client: Client, credential: Credential): CallOrigin {
    const last = this.#last;
    if (
      last !== null &&
      last.form === form &&
      last.label === credential.label &&
      isOf(last.origin, client, credential)
    ) {
      return last.origin;
    }
    const { provider, method, path } = form;
    const { kind, unit } = form.usage;
    const { id, version, label } = credential;
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
    this.#last = { form, origin, label };
    return origin;
  }
}

function isOf(origin: CallOrigin, client: Client, { id, version }: Credential): boolean {
  return (
    origin.client.id === client.id &&
    origin.client.name === client.name &&
    origin.project === (client.project ?? '') &&
    origin.credential.id === id &&
    origin.credential.version === version
  );
}
