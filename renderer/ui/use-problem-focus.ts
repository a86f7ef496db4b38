import { type RefObject, useEffect, useRef } from 'react';

type SecretField = HTMLInputElement & HTMLTextAreaElement;

/**
 * For the one field of a question: when what was typed turns out to be wrong, the focus goes back to it, with the text
 * selected, so that typing begins anew. @param pending - an answer is on its way: the same problem may come again.
 */
export function useProblemFocus(problem: string | null, pending: boolean): RefObject<SecretField | null> {
  const field = useRef<SecretField>(null);
  useEffect(() => {
    if (problem === null || pending) return;
    field.current?.focus();
    field.current?.select();
  }, [problem, pending]);
  return field;
}
