import type { Output } from '../../../shared/contract/methods.ts';
import { AppError } from '../../../shared/errors.ts';
import { appendAudit } from '../audit/audit-log.ts';
import { recordPending } from '../audit/pending.ts';
import { listClients, putClient } from '../endpoint/client-table.ts';
import type { Clients } from '../endpoint/clients.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { Emit } from '../events.ts';
import type { Log } from '../logs/log.ts';
import { insertNotice } from '../notifications/notice-table.ts';
import { panicNotice } from '../notifications/panic-notice.ts';
import type { Clock, Paths } from '../seams.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import type { Vault } from '../vault/vault.ts';
import { switchAllWebhooksOff } from '../webhooks/webhook-table.ts';
import { removeAllAccessGrants } from './access-grant-table.ts';
import type { AccessGrants } from './access-grants.ts';

interface Dropped {
  readonly grants: number;
  readonly clients: number;
}

/**
 * The part of a panic that is written down: every client token is revoked, every grant is gone, every webhook is off (what
 * waits stays in its queue), and the inbox tells of it. Call it inside `vault.write`. @param when - `later`: it was asked for while locked, and is made up for before anything is served.
 */
export function dropAllAccess(vault: OpenVault, clock: Clock, actor: string, when: 'now' | 'later'): Dropped {
  const active = listClients(vault.db).filter((row) => row.revoked_at_ms === null);
  const grants = removeAllAccessGrants(vault.db);
  for (const row of active) putClient(vault, { ...row, revoked_at_ms: clock.now() });
  const webhooks = switchAllWebhooksOff(vault.db);
  insertNotice(vault.db, panicNotice(active.length), clock.now(), null);
  const meta = { clients: active.length, grants, webhooks, later: when === 'later' };
  appendAudit(vault, clock, { actor, action: 'app.panic', result: 'ok', meta });
  return { grants, clients: active.length };
}

export interface PanicDeps {
  readonly vault: Pick<Vault, 'state' | 'opened' | 'lock'>;
  readonly clock: Clock;
  readonly paths: Pick<Paths, 'auditPending'>;
  readonly log: Pick<Log, 'error'>;
  readonly grants: Pick<AccessGrants, 'forgetMemory'>;
  readonly endpoint: Pick<Endpoint, 'off'>;
  readonly settings: Pick<SettingsStore, 'setEndpoint'>;
  readonly clients: Pick<Clients, 'dropDecisions'>;
  readonly emit: Emit;
}

/**
 * Everything that lets others in ends: grants, client tokens, the endpoint, the open vault. While it is locked, or where
 * the disk does not take it, a mark is left beside the vault and the next unlock does the rest before anything is served.
 * @returns what was dropped; null where it is not known yet. @throws AppError where not even the mark could be left.
 */
export async function panic(deps: PanicDeps, actor: string): Promise<Output<'app.panic'>> {
  const { vault, clock, grants, endpoint, settings, emit } = deps;
  let dropped: Output<'app.panic'> = { grants: null, clients: null };
  let isMarked = true;
  let isWritten = true;
  const written = (act: () => void): void => {
    try {
      act();
    } catch {
      isWritten = false;
      deps.log.error('panic.not-written', {});
    }
  };
  try {
    if (vault.state === 'unlocked') {
      const opened = vault.opened();
      const gone = opened.write(() => dropAllAccess(opened, clock, actor, 'now'));
      dropped = { clients: gone.clients, grants: gone.grants + grants.forgetMemory() };
      emit({ event: 'clients.changed', data: {} });
      emit({ event: 'grants.changed', data: {} });
    } else if (vault.state !== 'no-vault') recordPending(deps.paths, clock, 'app.panic');
  } catch {
    deps.log.error('panic.not-written', {});
    isMarked = false;
  } finally {
    deps.clients.dropDecisions();
    vault.lock('asked');
  }
  // Not before the lock: a full disk has some room again when the databases are closed.
  if (!isMarked) written(() => recordPending(deps.paths, clock, 'app.panic'));
  try {
    await endpoint.off(actor); // shut also where it throws
  } catch {
    deps.log.error('panic.not-written', {});
  }
  written(() => void settings.setEndpoint({ on: false }));
  if (!isWritten) throw notAllWritten();
  return dropped;
}

function notAllWritten(): AppError {
  return new AppError(
    'internal',
    'The vault is locked and the endpoint is shut, but the disk did not take the rest: tokens and grants may stand.',
    'Free some space, then run "keyharbor panic" again before you unlock.',
  );
}
