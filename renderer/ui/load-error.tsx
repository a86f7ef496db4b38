import type { AppError } from '../../shared/errors.ts';
import { m } from '../i18n/messages.ts';
import { Button } from './button.tsx';
import { ErrorNote } from './error-note.tsx';

interface Props {
  readonly error: AppError | null;
  readonly onRetry: () => void;
}

/** What could not be read, with a way to read it again. It comes by itself, so it moves nothing that is looked at. */
export function LoadError({ error, onRetry }: Props) {
  return (
    <ErrorNote error={error} stays>
      <Button onClick={onRetry}>{m.common.retry}</Button>
    </ErrorNote>
  );
}
