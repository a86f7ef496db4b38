import type { ReactNode } from 'react';
import type { AppError } from '../../shared/errors.ts';
import { Note } from './note.tsx';

/** What failed and what to do. Always present, so that readers announce a new error. */
export function ErrorNote({ error, children }: { readonly error: AppError | null; readonly children?: ReactNode }) {
  return (
    <div role="alert">
      {error !== null && (
        <Note tone="bad" title={error.message}>
          {error.hint !== '' && <p>{error.hint}</p>}
          {children}
        </Note>
      )}
    </div>
  );
}
