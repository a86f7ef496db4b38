import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { z } from 'zod';
import type { Clock, Paths } from '../seams.ts';
import { readSmallFile, replaceFile } from '../store/atomic-file.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { appendAudit } from './audit-log.ts';

/**
 * What happens while the vault is locked (SECURITY-DESIGN.md section 5): kind, time and count only, because the file is
 * plain, in a plain hash chain. The next unlock takes it into the real log, marked as unauthenticated.
 */
export const PENDING_KINDS = [
  'vault.unlock',
  'vault.throttled',
  'vault.recover',
  'vault.restore',
  'vault.restored',
  'vault.changePassword',
  'vault.verifyPassword',
  'endpoint.locked',
  'endpoint.badToken',
  'endpoint.on',
  'endpoint.off',
  'app.panic',
] as const;
export type PendingKind = (typeof PENDING_KINDS)[number];

const MAX_LINES = 1000;
/** The count of what was dropped, and panics. */
const MORE_LINES = 100;
const MAX_FILE_BYTES = 512 * 1024;
const SAME_MS = 60_000;

const lineSchema = z.strictObject({
  kind: z.enum([...PENDING_KINDS, 'dropped']),
  atMs: z.int().min(0),
  count: z.int().min(1),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
});
type Line = z.output<typeof lineSchema>;
interface Pending {
  readonly lines: readonly Line[];
  /** A line that does not parse or does not follow from the one before. */
  readonly damaged: boolean;
}

/** Adds one event; the same kind within a minute only counts up. @throws AppError when the disk does not take it. */
export function recordPending(paths: Pick<Paths, 'auditPending'>, clock: Clock, kind: PendingKind): void {
  const lines = [...readPending(paths.auditPending).lines];
  const last = lines.at(-1);
  const atMs = clock.now();
  // A panic is more than news: what is full of failed attempts still takes it.
  const wanted = lines.length < MAX_LINES || kind === 'app.panic' ? kind : 'dropped';
  let line: Omit<Line, 'hash'> = { kind: wanted, atMs, count: 1 };
  if (last?.kind === wanted && (wanted === 'dropped' || atMs - last.atMs < SAME_MS)) {
    lines.pop();
    line = { ...last, count: last.count + 1 };
  }
  lines.push(chained(lines.at(-1), line));
  replaceFile(paths.auditPending, Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join('')));
}

/**
 * Takes the file into the chained log in one write and removes it. A crash between the two is harmless: the head of the
 * adopted file is in the log, and the same file is not taken twice.
 * @param panicked - called inside that write where a panic was asked for while locked: what it could not do then.
 */
export function adoptPending(
  vault: OpenVault,
  paths: Pick<Paths, 'auditPending'>,
  clock: Clock,
  panicked: () => void,
): void {
  const { lines, damaged } = readPending(paths.auditPending);
  const head = lines.at(-1)?.hash ?? (damaged ? 'unreadable' : null);
  if (head === null) return;
  const known = vault.db.prepare("SELECT 1 FROM audit WHERE action = 'audit.adopt' AND target = ?").get(head);
  if (known === undefined || head === 'unreadable') {
    vault.write(() => {
      if (lines.some(({ kind }) => kind === 'app.panic')) panicked();
      for (const { kind, atMs, count } of lines) {
        const meta = { unauthenticated: true, at: new Date(atMs).toISOString(), count };
        const result = kind === 'vault.restored' ? 'ok' : 'failed';
        appendAudit(vault, clock, { actor: 'unknown', action: kind, result, meta });
      }
      appendAudit(vault, clock, {
        actor: 'system',
        action: 'audit.adopt',
        target: head,
        result: damaged ? 'failed' : 'ok',
        meta: { entries: lines.length, damaged },
      });
    });
  }
  rmSync(paths.auditPending, { force: true });
}

function readPending(file: string): Pending {
  let text: string;
  try {
    text = readSmallFile(file, MAX_FILE_BYTES)?.toString('utf8') ?? '';
  } catch {
    return { lines: [], damaged: true }; // told in the log on adoption; it must not keep the owner out
  }
  const lines: Line[] = [];
  for (const raw of text.split('\n').slice(0, MAX_LINES + MORE_LINES)) {
    if (raw === '') continue;
    const line = parseLine(raw);
    if (line === null || line.hash !== chained(lines.at(-1), line).hash) return { lines, damaged: true };
    lines.push(line);
  }
  return { lines, damaged: false };
}

function parseLine(raw: string): Line | null {
  try {
    return lineSchema.parse(JSON.parse(raw));
  } catch {
    return null;
  }
}

function chained(before: Line | undefined, line: Omit<Line, 'hash'>): Line {
  const { kind, atMs, count } = line;
  const hash = createHash('sha256')
    .update(`${before?.hash ?? ''}|${kind}|${atMs}|${count}`)
    .digest('hex');
  return { kind, atMs, count, hash };
}
