import type Database from 'better-sqlite3';
import { z } from 'zod';
import { NAME_KINDS, type NameKind, numberOf } from './dimensions.ts';

const nameRow = z.strictObject({ id: z.int(), shown: z.string() });

/** A name and what people see for it: a client's id and its name, a credential's id and its reference. */
export interface Named {
  readonly name: string;
  readonly shown: string;
}

/** The numbers that usage.db keeps instead of names; a name shown otherwise than before is shown so from then on. */
export class Names {
  readonly #find: Database.Statement;
  readonly #put: Database.Statement;
  readonly #show: Database.Statement;
  readonly #findCell: Database.Statement;
  readonly #putCell: Database.Statement;

  constructor(db: Database.Database) {
    this.#find = db.prepare('SELECT id, shown FROM usage_name WHERE kind = ? AND name = ?');
    this.#put = db.prepare('INSERT INTO usage_name (kind, name, shown) VALUES (?, ?, ?)');
    this.#show = db.prepare('UPDATE usage_name SET shown = ? WHERE id = ?');
    const columns = NAME_KINDS.join(', ');
    this.#findCell = db
      .prepare(`SELECT id FROM usage_cell WHERE ${NAME_KINDS.map((kind) => `${kind} = ?`).join(' AND ')}`)
      .pluck();
    this.#putCell = db.prepare(`INSERT INTO usage_cell (${columns}) VALUES (${NAME_KINDS.map(() => '?').join(', ')})`);
  }

  numberOf(kind: NameKind, { name, shown }: Named): number {
    const number = numberOf(NAME_KINDS, kind);
    const row = this.#find.get(number, name);
    if (row === undefined) return Number(this.#put.run(number, name, shown).lastInsertRowid);
    const found = nameRow.parse(row);
    if (found.shown !== shown) this.#show.run(shown, found.id);
    return found.id;
  }

  /** @param names - numbers in the order of NAME_KINDS. */
  cellOf(names: readonly number[]): number {
    const row = this.#findCell.get(...names);
    return row === undefined ? Number(this.#putCell.run(...names).lastInsertRowid) : z.int().parse(row);
  }
}
