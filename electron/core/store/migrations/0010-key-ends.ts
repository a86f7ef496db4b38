import type Database from 'better-sqlite3';
import { endOfDay, systemZone } from '../../usage/reporting-days.ts';

const DAY_MS = 86_400_000;

/**
 * A key whose end was picked as a day ended with that day in UTC, and was shown as ending on it in every zone. Now it ends
 * with that day where the vault counts its days, so it still ends on the day that its owner picked. An end that was given
 * as a time stays: only a day was ever kept to its last millisecond. What was told of an end is not told again for the same
 * day. Ends of clients and grants stay too: a later one would let a tool in for longer.
 */
export function vault0010(db: Database.Database): void {
  const zone = zoneOf(db);
  const ends = db
    .prepare('SELECT lower(hex(id)) AS id, expires_at_ms AS ms FROM credential WHERE expires_at_ms % ? = ?')
    .all(DAY_MS, DAY_MS - 1) as { readonly id: string; readonly ms: number }[];
  const move = db.prepare('UPDATE credential SET expires_at_ms = ? WHERE lower(hex(id)) = ?');
  const told = db.prepare('UPDATE OR IGNORE notice_told SET key = ? WHERE key = ?');
  for (const { id, ms } of ends) {
    const endMs = endOfDay(new Date(ms).toISOString().slice(0, 10), zone);
    move.run(endMs, id);
    for (const kind of ['key.expiring', 'key.expired']) told.run(`${kind}:${id}:${endMs}`, `${kind}:${id}:${ms}`);
  }
}

/** As the setting says; this computer's where it says none, or one that is not known here. */
function zoneOf(db: Database.Database): string {
  const set = db.prepare("SELECT value FROM setting WHERE name = 'reportingZone'").pluck().get();
  try {
    if (typeof set === 'string' && set !== '')
      return new Intl.DateTimeFormat('en', { timeZone: set }).resolvedOptions().timeZone;
  } catch {
    // a zone that this computer does not have
  }
  return systemZone();
}
