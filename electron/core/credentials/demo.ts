import { AppError } from '../../../shared/errors.ts';
import type { ResolvedCredential } from './types.ts';

/** Which demo quota of a system credential is used up, and until when (RFC 3339); null: none. */
export type DemoUsedUp = (provider: string, id: string) => { readonly name: string; readonly resetsAt: string } | null;

/**
 * A system credential is there for who has none of their own, as far as its demo quota goes.
 * @throws AppError `key_not_found` where that is used up.
 */
export function assertWithinDemo(
  demoUsedUp: DemoUsedUp,
  { id, provider, scope }: Pick<ResolvedCredential, 'id' | 'provider' | 'scope'>,
): void {
  if (scope !== 'system') return;
  const usedUp = demoUsedUp(provider, id);
  if (usedUp === null) return;
  throw new AppError(
    'key_not_found',
    `The quota "${usedUp.name}" of system credentials is used up until ${usedUp.resetsAt}.`,
    'Add a key of your own, or wait until then.',
  );
}
