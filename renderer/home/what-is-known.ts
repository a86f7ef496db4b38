import type { AppError } from '../../shared/errors.ts';
import { loadCredentials, useCredentials } from '../state/credentials.ts';
import { loadQuotas, useQuotas } from '../state/quotas.ts';

/** Whether what a card tells of was read. Until then it says neither that there is something nor that there is nothing. */
export interface Known {
  readonly isKnown: boolean;
  /** Why it could not be read. */
  readonly error: AppError | null;
  readonly retry: () => void;
}

export function useKeysKnown(): Known {
  const state = useCredentials((store) => store.state);
  const error = useCredentials((store) => store.error);
  return { isKnown: state === 'ready', error, retry: () => void loadCredentials() };
}

export function useQuotasKnown(): Known {
  const state = useQuotas((store) => store.state);
  const error = useQuotas((store) => store.error);
  return { isKnown: state === 'ready', error, retry: () => void loadQuotas() };
}

export function bothKnown(one: Known, other: Known): Known {
  return {
    isKnown: one.isKnown && other.isKnown,
    error: one.error ?? other.error,
    retry: () => {
      for (const known of [one, other]) if (!known.isKnown) known.retry();
    },
  };
}
