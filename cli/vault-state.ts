import type { VaultStatus } from '../shared/contract/schemas.ts';
import { AppError } from '../shared/errors.ts';
import type { AgentClient } from './agent-client.ts';

/** Before a person is asked for anything: whether the vault is there. @throws AppError `vault_not_found`. */
export async function requireVault(agent: AgentClient): Promise<VaultStatus> {
  const status = await agent.call('vault.status', {});
  if (status.state !== 'no-vault') return status;
  throw new AppError('vault_not_found', 'There is no vault in this home yet.', 'Make one: keyharbor init');
}

/** @throws AppError `vault_not_found`, `vault_locked`. */
export async function requireUnlocked(agent: AgentClient): Promise<VaultStatus> {
  const status = await requireVault(agent);
  if (status.state === 'unlocked') return status;
  throw new AppError('vault_locked', 'The vault is locked. Nothing was changed.', 'Unlock it: keyharbor unlock');
}
