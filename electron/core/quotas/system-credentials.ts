import { z } from 'zod';
import type { OpenVault } from '../vault/open-vault.ts';

/** Which credentials are system ones: asked of the vault once, until a credential changes. */
export class SystemCredentials {
  readonly #vault: { opened(): OpenVault };
  #ids: ReadonlySet<string> | null = null;

  constructor(vault: { opened(): OpenVault }) {
    this.#vault = vault;
  }

  has(id: string): boolean {
    return this.ids().has(id);
  }

  ids(): ReadonlySet<string> {
    this.#ids ??= this.#read();
    return this.#ids;
  }

  /** A credential changed. @returns whether others are system ones now; false where nobody has asked yet. */
  reread(): boolean {
    if (this.#ids === null) return false;
    const before = this.#ids;
    this.#ids = this.#read();
    return before.size !== this.#ids.size || [...before].some((id) => this.#ids?.has(id) !== true);
  }

  forget(): void {
    this.#ids = null;
  }

  #read(): ReadonlySet<string> {
    const { db } = this.#vault.opened();
    const ids = db.prepare("SELECT lower(hex(id)) FROM credential WHERE scope = 'system'").pluck().all();
    return new Set(z.array(z.string()).parse(ids));
  }
}
