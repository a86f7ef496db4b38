import type Database from 'better-sqlite3';
import { z } from 'zod';
import { NAME_KINDS, type NameKind, numberOf } from './dimensions.ts';

const MAX_KNOWN = 20_000;
const idRow = z.strictObject({ id: z.int(), shown: z.string() });

/** A name and what people see for it: a client's id and its name, a credential's id and its reference. */
export interface Named {
  readonly name: string;
  readonly shown: string;
}

/** The numbers that usage.db keeps instead of names. Knows what it looked up; make a new one for each open database. */
export class Names {
  readonly #known = new Map<string, { readonly id: number; readonly shown: string }>();
  readonly #cells = new Map<string, number>();
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

  /** Call it in the transaction that uses the number: a rolled back one must not be known. */
  numberOf(kind: NameKind, named: Named): number {
    const number = numberOf(NAME_KINDS, kind);
    const key = `${number} ${named.name}`;
    const known = this.#known.get(key);
    if (known !== undefined && known.shown === named.shown) return known.id;
    const row = this.#find.get(number, named.name);
    let id: number;
    if (row === undefined) id = Number(this.#put.run(number, named.name, named.shown).lastInsertRowid);
    else {
      const found = idRow.parse(row);
      id = found.id;
      if (found.shown !== named.shown) this.#show.run(named.shown, id);
    }
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(key, { id, shown: named.shown });
    return id;
  }

  /** @param names - numbers in the order of NAME_KINDS. */
  cellOf(names: readonly number[]): number {
    const key = names.join(' ');
    const known = this.#cells.get(key);
    if (known !== undefined) return known;
    const row = this.#findCell.get(...names);
    const id = row === undefined ? Number(this.#putCell.run(...names).lastInsertRowid) : z.int().parse(row);
    if (this.#cells.size >= MAX_KNOWN) this.#cells.clear();
    this.#cells.set(key, id);
    return id;
  }

  /** After a transaction was rolled back. */
  forget(): void {
    this.#known.clear();
    this.#cells.clear();
  }
}
