import type { HeaderEdit } from '../../../shared/contract/routing.ts';
import type { HeaderLine } from '../endpoint/request-head.ts';

/**
 * Headers after the owner's edits, one after the other. What comes out is judged like what a client sent: an edit cannot
 * bring in a header that is never passed on.
 * @param lines - names in lower case. The given list is not changed.
 */
export function editedHeaders(lines: readonly HeaderLine[], edits: readonly HeaderEdit[]): readonly HeaderLine[] {
  let edited = lines;
  for (const edit of edits) {
    switch (edit.do) {
      case 'set':
        edited = [...without(edited, edit.name), { name: edit.name, value: edit.value }];
        break;
      case 'remove':
        edited = without(edited, edit.name);
        break;
      case 'rename':
        edited = edited.map((line) => (line.name === edit.name ? { name: edit.to, value: line.value } : line));
        break;
    }
  }
  return edited;
}

/** Names that the owner brought in: they pass where the usual list would leave them out, unless they are never passed on. */
export function namesBroughtIn(edits: readonly HeaderEdit[]): readonly string[] {
  return edits.flatMap((edit) => (edit.do === 'set' ? edit.name : edit.do === 'rename' ? edit.to : []));
}

function without(lines: readonly HeaderLine[], name: string): readonly HeaderLine[] {
  return lines.filter((line) => line.name !== name);
}
