import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../seams.ts';
import { lengthPrefixed, u64 } from '../vault/bytes.ts';
import type { OpenVault } from '../vault/open-vault.ts';

/** The chained audit log (SECURITY-DESIGN.md section 5): every entry's MAC covers the one before. */
export type AuditResult = 'ok' | 'refused' | 'failed';
export type AuditMeta = Readonly<Record<string, string | number | boolean>>;

export interface NewAuditEntry {
  /** "ui", "cli", "system", or the id of a client token. */
  readonly actor: string;
  /** What was done: "vault.unlock", "credential.reveal" … */
  readonly action: string;
  /** Id of what it was done to; never a secret. */
  readonly target?: string;
  readonly result: AuditResult;
  /** A few facts, never a secret: at most 16, texts cut at 256 characters. */
  readonly meta?: AuditMeta;
}

export interface AuditEntry {
  readonly seq: number;
  readonly atMs: number;
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly result: AuditResult;
  readonly meta: AuditMeta;
}

/** An entry with its place in the chain, in hex. */
export interface AuditLink extends AuditEntry {
  readonly prev: string;
  readonly mac: string;
}

/** `firstBadSeq` null: every entry and the head verify. */
export interface AuditVerdict {
  readonly entries: number;
  readonly firstBadSeq: number | null;
}

const NO_PREVIOUS = Buffer.alloc(32);
const MAX_FACTS = 16;
const MAX_TEXT = 256;
const metaSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
const headRow = z.object({ audit_seq: z.int(), audit_mac: z.instanceof(Buffer) });
const entryRow = z.object({
  seq: z.int(),
  at_ms: z.int(),
  monotonic_ms: z.int(),
  actor: z.string(),
  action: z.string(),
  target: z.string(),
  result: z.enum(['ok', 'refused', 'failed']),
  meta: z.string(),
  prev: z.instanceof(Buffer),
  mac: z.instanceof(Buffer),
});
type EntryRow = z.output<typeof entryRow>;

/**
 * Adds an entry in the transaction of the act it tells of: call it inside `vault.write`, so that an act whose entry
 * cannot be written does not happen.
 */
export function appendAudit(vault: OpenVault, clock: Clock, entry: NewAuditEntry): void {
  appendAudits(vault, clock, [entry]);
}

/** The same for several, in this order. */
export function appendAudits(vault: OpenVault, clock: Clock, entries: Iterable<NewAuditEntry>): void {
  if (!vault.db.inTransaction) throw new Error('an audit entry belongs to the transaction of its act');
  const head = headRow.parse(vault.db.prepare('SELECT audit_seq, audit_mac FROM vault_state').get());
  const before = vault.db.prepare('SELECT at_ms FROM audit WHERE seq = ?').pluck().get(head.audit_seq);
  const insert = vault.db.prepare(
    `INSERT INTO audit (seq, at_ms, monotonic_ms, actor, action, target, result, meta, prev, mac)
     VALUES (:seq, :at_ms, :monotonic_ms, :actor, :action, :target, :result, :meta, :prev, :mac)`,
  );
  let { audit_seq: seq, audit_mac: prev } = head;
  let lastMs = typeof before === 'number' ? before : 0;
  for (const entry of entries) {
    const atMs = clock.now();
    const clockWentBack = atMs < lastMs;
    seq += 1;
    const row: Omit<EntryRow, 'mac'> = {
      seq,
      at_ms: atMs,
      monotonic_ms: Math.floor(clock.monotonic()),
      actor: bounded(entry.actor),
      action: bounded(entry.action),
      target: bounded(entry.target ?? ''),
      result: entry.result,
      meta: JSON.stringify(boundedMeta(clockWentBack ? { ...entry.meta, clockWentBack } : (entry.meta ?? {}))),
      prev,
    };
    const mac = entryMac(vault, row);
    insert.run({ ...row, mac });
    prev = mac;
    lastMs = atMs;
  }
  vault.db.prepare('UPDATE vault_state SET audit_seq = ?, audit_mac = ?').run(seq, prev);
}

/** Newest first, at most `limit` (capped at 1,000), older than `beforeSeq` where given. */
export function readAudit(
  vault: OpenVault,
  range: { readonly beforeSeq?: number; readonly limit: number },
): readonly AuditEntry[] {
  const newest = range.beforeSeq ?? Number.MAX_SAFE_INTEGER;
  const links = auditEntries(vault, 'WHERE seq < ? ORDER BY seq DESC LIMIT ?', [newest, Math.min(range.limit, 1000)]);
  return links.map(({ prev: _prev, mac: _mac, ...entry }) => entry);
}

/** @param clause - fixed SQL behind the table's name; what is looked for goes into `values`. */
export function auditEntries(vault: OpenVault, clause: string, values: readonly (string | number)[]): AuditLink[] {
  return vault.db
    .prepare(`SELECT * FROM audit ${clause}`)
    .all(...values)
    .map((found) => {
      const { seq, at_ms: atMs, actor, action, target, result, meta, prev, mac } = entryRow.parse(found);
      const facts = metaSchema.parse(JSON.parse(meta));
      return { seq, atMs, actor, action, target, result, meta: facts, prev: hex(prev), mac: hex(mac) };
    });
}

const hex = (bytes: Buffer): string => bytes.toString('hex');

/** Walks the whole chain: every MAC, every link, no gap, and the head kept in `vault_state`. */
export function verifyAudit(vault: OpenVault): AuditVerdict {
  const head = headRow.parse(vault.db.prepare('SELECT audit_seq, audit_mac FROM vault_state').get());
  let previous: Buffer = NO_PREVIOUS;
  let seq = 0;
  for (const found of vault.db.prepare('SELECT * FROM audit ORDER BY seq').iterate()) {
    const row = entryRow.safeParse(found);
    seq += 1;
    if (!row.success || row.data.seq !== seq || !row.data.prev.equals(previous))
      return { entries: seq, firstBadSeq: seq };
    if (!timingSafeEqual(entryMac(vault, row.data), row.data.mac)) return { entries: seq, firstBadSeq: seq };
    previous = row.data.mac;
  }
  const complete = head.audit_seq === seq && head.audit_mac.equals(previous);
  return { entries: seq, firstBadSeq: complete ? null : Math.min(head.audit_seq, seq) + 1 };
}

function entryMac(vault: OpenVault, row: Omit<EntryRow, 'mac'>): Buffer {
  const canonical = lengthPrefixed([
    'kh/v1/audit-entry',
    u64(row.seq),
    u64(row.at_ms),
    u64(row.monotonic_ms),
    row.actor,
    row.action,
    row.target,
    row.result,
    row.meta,
    row.prev,
  ]);
  return createHmac('sha256', vault.keys.audit).update(canonical).digest();
}

function bounded(text: string): string {
  return text.slice(0, MAX_TEXT);
}

function boundedMeta(meta: AuditMeta): AuditMeta {
  const facts = Object.entries(meta).slice(0, MAX_FACTS);
  return Object.fromEntries(
    facts.map(([name, value]) => [bounded(name), typeof value === 'string' ? bounded(value) : value]),
  );
}
