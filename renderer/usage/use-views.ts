import type { SavedView } from '../../shared/contract/usage-explore.ts';
import type { AppError } from '../../shared/errors.ts';
import { useQuestion } from './use-question.ts';

const NONE: readonly SavedView[] = [];
/** They change by this window's own acts, which ask again. */
const EVERY_MS = 600_000;

export function useViews(): { readonly views: readonly SavedView[]; readonly error: AppError | null } {
  const { data, error } = useQuestion('usage.views', {}, { everyMs: EVERY_MS });
  return { views: data ?? NONE, error };
}
