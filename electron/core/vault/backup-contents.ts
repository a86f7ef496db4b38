import type Database from 'better-sqlite3';
import { z } from 'zod';

/** Some of them by name. */
export interface Named {
  readonly count: number;
  readonly names: string[];
}

/** What is in a vault: keys that are not in the bin, and clients whose token works. */
export interface VaultContents {
  readonly keys: number;
  readonly clients: number;
}

/** What putting one vault in the place of another would change. */
export interface VaultDifference {
  /** Keys that would not be there any more. */
  readonly gone: Named;
  /** Keys that would be as they were. */
  readonly older: Named;
  /** Keys that would be there again. */
  readonly again: Named;
  /** Clients whose token would work again. */
  readonly clientsAgain: Named;
}

interface Key {
  readonly ref: string;
  readonly version: number;
  readonly updatedMs: number;
}

/** A vault's keys and clients, as far as they are told to its owner. Copied out: it stays when the database is closed. */
export interface VaultInventory {
  readonly keys: ReadonlyMap<string, Key>;
  readonly clients: ReadonlyMap<string, string>;
}

const NAMES = 5;
const keyRows = z.array(z.object({ id: z.string(), ref: z.string(), version: z.int(), updatedMs: z.int() }));
const clientRows = z.array(z.object({ id: z.string(), name: z.string() }));

/** Reads only what every layout of the vault has. @param nowMs - for tokens that have ended. */
export function inventoryOf(db: Database.Database, nowMs: number): VaultInventory {
  const keys = keyRows.parse(
    db
      .prepare(
        `SELECT hex(id) AS id, provider || '/' || label AS ref, current_version AS version, updated_at_ms AS updatedMs
         FROM credential WHERE state <> 'binned' ORDER BY provider, label`,
      )
      .all(),
  );
  const clients = clientRows.parse(
    db
      .prepare('SELECT id, name FROM client WHERE revoked_at_ms IS NULL AND expires_at_ms > ? ORDER BY name')
      .all(nowMs),
  );
  return {
    keys: new Map(keys.map(({ id, ...key }) => [id, key])),
    clients: new Map(clients.map(({ id, name }) => [id, name])),
  };
}

export function contentsOf({ keys, clients }: VaultInventory): VaultContents {
  return { keys: keys.size, clients: clients.size };
}

/** @param now - what stands there. @param then - what would stand there. */
export function differenceOf(now: VaultInventory, then: VaultInventory): VaultDifference {
  const keysNow = [...now.keys];
  const gone = keysNow.filter(([id]) => !then.keys.has(id));
  const older = keysNow.filter(([id, key]) => {
    const before = then.keys.get(id);
    return before !== undefined && (before.version !== key.version || before.updatedMs !== key.updatedMs);
  });
  const again = [...then.keys].filter(([id]) => !now.keys.has(id));
  const ref = ([, key]: readonly [string, Key]): string => key.ref;
  return {
    gone: named(gone.map(ref)),
    older: named(older.map(ref)),
    again: named(again.map(ref)),
    clientsAgain: named([...then.clients].filter(([id]) => !now.clients.has(id)).map(([, name]) => name)),
  };
}

const named = (all: readonly string[]): Named => ({ count: all.length, names: all.slice(0, NAMES) });
