import type { EndpointStatus } from '../../../shared/contract/schemas.ts';
import { AppError } from '../../../shared/errors.ts';
import type { Clock, Paths } from '../seams.ts';
import type { Clients } from './clients.ts';
import type { CredentialSource, Emit, LastUsedNotes, VaultGate } from './deps.ts';

export const DEFAULT_ENDPOINT_PORT = 7717;

export interface EndpointDeps {
  readonly vault: VaultGate;
  readonly clock: Clock;
  readonly paths: Pick<Paths, 'run' | 'auditPending'>;
  readonly clients: Clients;
  readonly credentials: CredentialSource;
  readonly lastUsed: LastUsedNotes;
  readonly emit: Emit;
  /** The program's version, for `GET /healthz`. */
  readonly version: string;
  /** Called for each request of a verified client: idle time starts anew where requests count. */
  readonly activity: () => void;
}

export class Endpoint {
  constructor(_deps: EndpointDeps) {}

  status(): EndpointStatus {
    return { on: false, address: null, port: null, socket: null, problem: null };
  }

  /**
   * Listens on 127.0.0.1 and on `run/endpoint.sock`. A second call with another port moves it.
   * @param actor who asked: `ui`, `cli` or `system` (start of the program).
   * @throws AppError `conflict` where the port is taken; it then stays as it was.
   */
  on(_options: { readonly port?: number | undefined; readonly actor: string }): Promise<EndpointStatus> {
    return Promise.reject(new AppError('unsupported', 'The endpoint is not there yet.'));
  }

  off(_actor: string): Promise<EndpointStatus> {
    return Promise.resolve(this.status());
  }

  /** End of the program: as `off`, and no event or owner's entry is written. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}
