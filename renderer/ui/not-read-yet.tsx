import type { AppError } from '../../shared/errors.ts';
import { LoadError } from './load-error.tsx';
import { Skeleton } from './skeleton.tsx';

interface Props {
  /** null: it is being read. */
  readonly error: AppError | null;
  readonly onRetry: () => void;
  /** As many as are usually there. */
  readonly lines: number;
}

/** In the place of a list that is not there: why, or that it comes. */
export function NotReadYet({ error, onRetry, lines }: Props) {
  return error === null ? <Skeleton lines count={lines} /> : <LoadError error={error} onRetry={onRetry} />;
}
