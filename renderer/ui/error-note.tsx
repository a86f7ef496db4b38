import { type ReactNode, useEffect, useRef } from 'react';
import type { AppError } from '../../shared/errors.ts';
import { Note } from './note.tsx';

interface Props {
  readonly error: AppError | null;
  /** It answers no act, so the page stays where it is. */
  readonly stays?: boolean;
  readonly children?: ReactNode;
}

/**
 * What failed and what to do. Always present, so that readers announce a new error. It may stand below what is in view
 * (at the end of a long form), so a new one is brought there.
 */
export function ErrorNote({ error, stays, children }: Props) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (error !== null && stays !== true) place.current?.scrollIntoView({ block: 'nearest' });
  }, [error, stays]);
  return (
    <div role="alert" ref={place}>
      {error !== null && (
        <Note tone="bad" title={error.message}>
          {error.hint !== '' && <p>{error.hint}</p>}
          {children}
        </Note>
      )}
    </div>
  );
}
