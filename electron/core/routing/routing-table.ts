import type Database from 'better-sqlite3';
import { z } from 'zod';

const ruleRow = z.object({ scope: z.string(), document: z.string() });
export type RuleRow = z.output<typeof ruleRow>;

export function listRuleRows(db: Database.Database): RuleRow[] {
  return z.array(ruleRow).parse(db.prepare('SELECT scope, document FROM routing_rule ORDER BY scope').all());
}

export function putRuleRow(db: Database.Database, row: RuleRow, nowMs: number): void {
  db.prepare('INSERT OR REPLACE INTO routing_rule (scope, document, updated_at_ms) VALUES (?, ?, ?)').run(
    row.scope,
    row.document,
    nowMs,
  );
}

/** @returns whether there was one. */
export function deleteRuleRow(db: Database.Database, scope: string): boolean {
  return db.prepare('DELETE FROM routing_rule WHERE scope = ?').run(scope).changes > 0;
}
