import { create } from 'zustand';
import type { QuotaDefinition } from '../../shared/quotas.ts';
import type { OwnProviderStart } from '../own-providers/edit-start.ts';

export type Sheet =
  | { readonly kind: 'add'; readonly provider: string | null }
  /** `replace`: it was asked for to give a new secret. */
  | { readonly kind: 'edit'; readonly id: string; readonly replace?: true }
  | { readonly kind: 'client' }
  | { readonly kind: 'own-provider'; readonly start: OwnProviderStart }
  /** `id` null: a new one; `start` null: from an empty form. */
  | { readonly kind: 'quota'; readonly id: string | null; readonly start: QuotaDefinition | null };
export type Ask =
  | { readonly kind: 'delete'; readonly id: string }
  | { readonly kind: 'purge'; readonly id: string }
  | { readonly kind: 'revoke-credential'; readonly id: string }
  | { readonly kind: 'revoke-client'; readonly id: string }
  | { readonly kind: 'remove-provider'; readonly id: string }
  | { readonly kind: 'remove-quota'; readonly id: string }
  | {
      readonly kind: 'test-cost';
      readonly ids: readonly string[];
      readonly costMicroUsd: number;
      readonly all: boolean;
    };

/** What lies over the screen, and what was typed into its search. Gone at lock. */
interface ViewState {
  readonly palette: boolean;
  readonly shortcuts: boolean;
  readonly sheet: Sheet | null;
  readonly ask: Ask | null;
  /** Whose guide is read: the id of a provider. */
  readonly guide: string | null;
  readonly query: string;
  readonly tag: string | null;
}

const EMPTY: ViewState = {
  palette: false,
  shortcuts: false,
  sheet: null,
  ask: null,
  guide: null,
  query: '',
  tag: null,
};
export const useView = create<ViewState>()(() => EMPTY);
export const dropView = (): void => useView.setState(EMPTY, true);
export const show = (change: Partial<ViewState>): void => useView.setState(change);
