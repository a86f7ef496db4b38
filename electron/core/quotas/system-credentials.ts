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
    this.#ids ??= new Set(
      z
        .array(z.string())
        .parse(
          this.#vault.opened().db.prepare("SELECT lower(hex(id)) FROM credential WHERE scope = 'system'").pluck().all(),
        ),
    );
    return this.#ids;
  }

  forget(): void {
    this.#ids = null;
  }
}
