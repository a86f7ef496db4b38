import { z } from 'zod';

const timestamp = z.iso.datetime();

/** A copy of the whole vault. `made`: because the owner asked for it. */
export const vaultBackup = z.strictObject({
  name: z.string(),
  kind: z.enum(['daily', 'migration', 'made']),
  at: timestamp,
  bytes: z.int().min(0),
  /** `as-made`: opened and checked when it was made, not since. The others: looked at since the program began. */
  state: z.enum(['as-made', 'whole', 'damaged']),
  checkedAt: timestamp,
});
export type VaultBackupSummary = z.output<typeof vaultBackup>;

/** What stood in the vault's place before a backup was put back. */
export const replacedVault = z.strictObject({
  name: z.string(),
  /** When it was replaced. */
  at: timestamp,
  bytes: z.int().min(0),
  /** Header and database are there: it can be put back like a backup. */
  complete: z.boolean(),
});
export type ReplacedVaultSummary = z.output<typeof replacedVault>;

export const vaultBackups = z.strictObject({
  /** The newest first, both. */
  backups: z.array(vaultBackup),
  replaced: z.array(replacedVault),
  /** Why the last daily backup could not be made. */
  problem: z.string().nullable(),
});
export type VaultBackups = z.output<typeof vaultBackups>;

/** Keys that are not in the bin, and clients whose token works. */
const contents = { keys: z.int().min(0), clients: z.int().min(0) };

/** The first few by name: keys as PROVIDER/LABEL. */
const named = z.strictObject({ count: z.int().min(0), names: z.array(z.string()).max(5) });
export type NamedThings = z.output<typeof named>;

/** What was found in a copy, and what putting it back would change. `whole` false: it does not verify. */
export const vaultBackupCheck = z.discriminatedUnion('whole', [
  z.strictObject({ whole: z.literal(false) }),
  z.strictObject({
    whole: z.literal(true),
    ...contents,
    /** Keys that would not be there any more, be as they were, and be there again; clients that would work again. */
    gone: named,
    older: named,
    again: named,
    clientsAgain: named,
  }),
]);
export type VaultBackupCheck = z.output<typeof vaultBackupCheck>;

/**
 * A backup that was put back. `replaced`: the folder in `backups` with what stood there before; `headerOnly`: the database
 * was whole and stayed; `passedOver`: newer backups that do not verify.
 */
export const restoredBackup = z.strictObject({
  name: z.string(),
  /** When it was made, and when it was put back. */
  at: timestamp,
  doneAt: timestamp,
  replaced: z.string(),
  headerOnly: z.boolean(),
  ...contents,
  passedOver: z.array(z.string()),
});
export type RestoredBackup = z.output<typeof restoredBackup>;
