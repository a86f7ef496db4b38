import type Database from 'better-sqlite3';
import { z } from 'zod';
import { momentInWords } from '../../../shared/moment-words.ts';
import { EXPIRING_DAYS } from '../../../shared/notifications.ts';
import { toTimestamp } from '../credentials/expiry.ts';
import { type Happening, type Known, linkTo, listed, namedKeys, plainWords } from './happening.ts';
import { wasTold } from './told-table.ts';

const DAY_MS = 86_400_000;
/** More than these at once (an import, a first look) make one line. */
const ONE_BY_ONE = 3;

const expiringRow = z.object({ id: z.instanceof(Buffer), expires_at_ms: z.int() });

interface Ending {
  readonly id: string;
  readonly expiresAtMs: number;
}

/** Active keys that are past their end, or near it, and were not told of yet. The same end is told once. */
export function expiringKeys(db: Database.Database, nowMs: number, known: Known): Happening[] {
  const rows = db
    .prepare(
      `SELECT id, expires_at_ms FROM credential WHERE state = 'active' AND expires_at_ms <= ? ORDER BY expires_at_ms`,
    )
    .all(nowMs + EXPIRING_DAYS * DAY_MS);
  const ending = z
    .array(expiringRow)
    .parse(rows)
    .map((row) => ({ id: row.id.toString('hex'), expiresAtMs: row.expires_at_ms }));
  const isOver = (key: Ending): boolean => key.expiresAtMs <= nowMs;
  return [
    ...told(db, ending.filter(isOver), 'key.expired', nowMs, known),
    ...told(
      db,
      ending.filter((key) => !isOver(key)),
      'key.expiring',
      nowMs,
      known,
    ),
  ];
}

function told(
  db: Database.Database,
  all: readonly Ending[],
  kind: 'key.expired' | 'key.expiring',
  nowMs: number,
  known: Known,
): Happening[] {
  const keyOf = ({ id, expiresAtMs }: Ending): string => `${kind}:${id}:${expiresAtMs}`;
  const fresh = all.filter((key) => !wasTold(db, keyOf(key)));
  const groups = fresh.length > ONE_BY_ONE ? [fresh] : fresh.map((key) => [key]);
  return groups.map((group) => {
    const named = namedKeys(
      group.map(({ id }) => id),
      known,
    );
    const [first] = group;
    const when = momentInWords(known.zone, first?.expiresAtMs ?? nowMs);
    const one = named[0]?.name ?? '';
    const isOver = kind === 'key.expired';
    const single = isOver ? `The key ${one} has expired.` : `The key ${one} expires on ${when}.`;
    const several = isOver
      ? `${named.length} keys have expired.`
      : `${named.length} keys expire within ${EXPIRING_DAYS} days.`;
    return {
      keys: group.map(keyOf),
      atMs: nowMs,
      plain: named.length === 1 ? plainWords(kind) : several,
      notice: {
        kind,
        severity: isOver ? 'problem' : 'warning',
        title: named.length === 1 ? single : several,
        detail: `${listed(named)}Replace it at the provider, then rotate it here.`,
        link: linkTo(named),
      },
      data: {
        keys: group.map(({ id, expiresAtMs }) => ({
          id,
          name: known.nameOf(id),
          expiresAt: toTimestamp(expiresAtMs),
        })),
      },
    };
  });
}
