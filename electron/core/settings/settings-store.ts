import type { AppSettings, Settings, VaultSettings } from '../../../shared/contract/schemas.ts';
import type { ParsedInput } from '../../../shared/contract/methods.ts';
import { AppError } from '../../../shared/errors.ts';

const soon = (): never => {
  throw new AppError('unsupported', 'Not there yet.');
};

/** Signatures first; the bodies follow. */
export class SettingsStore {
  app(): AppSettings {
    return soon();
  }
  /** @throws AppError `vault_locked` while locked. */
  vault(): VaultSettings {
    return soon();
  }
  /** `vault` is null while locked. */
  get(): Settings {
    return soon();
  }
  set(_changes: ParsedInput<'settings.set'>, _actor: string): Settings {
    return soon();
  }
  setEndpoint(_changes: { readonly on?: boolean; readonly port?: number }): void {
    soon();
  }
  notices(): readonly string[] {
    return soon();
  }
}
