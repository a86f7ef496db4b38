import type { DeliveryForm } from '../../../shared/delivery.ts';
import type { Scope } from './rows.ts';

/** What a client or the owner gets when asking for provider and label (PRODUCT.md, "Resolution"). */
export interface ResolvedCredential {
  /** 32 hex characters. */
  readonly id: string;
  readonly provider: string;
  readonly label: string;
  readonly scope: Scope;
  readonly version: number;
  readonly authKind: string;
  /** Made with `--local`: the only ones a kh_test_ token reaches. */
  readonly local: boolean;
  /** Where it goes, as its secrets are bound to it; empty where the catalogue says it. */
  readonly origin: string;
  /** RFC 3339, or null where it does not expire. */
  readonly expiresAt: string | null;
  readonly fingerprint: string;
  /** Its value is an access token that may have to be got first: `prepareId` before `openFields`. */
  readonly refreshable: boolean;
  /** How far the owner lets it be handed out; null: nothing was said, so the default holds. */
  readonly weakestForm: DeliveryForm | null;
}

/** The opened fields of one version. The caller disposes it, which wipes every buffer. */
export interface OpenedFields extends Disposable {
  /** Name of the field that `get` prints. */
  readonly primary: string;
  /** All filled-in fields, public ones too, as UTF-8. */
  readonly fields: ReadonlyMap<string, Buffer>;
  /** The provider's usual environment names; only of fields that are filled in. */
  readonly environment: readonly { readonly name: string; readonly field: string }[];
  dispose(): void;
}
