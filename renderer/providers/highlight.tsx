import { useView } from '../state/view.ts';
import styles from './highlight.module.css';
import { parseQuery } from './search.ts';
import { splitMatches } from './split-matches.ts';

/** A text with what was searched for marked in it. */
export function Highlight({ text }: { readonly text: string }) {
  const query = useView((view) => view.query);
  if (query === '') return text;
  const { words, label, provider } = parseQuery(query);
  return splitMatches(text, [...words, ...label, ...provider]).map((part, index) =>
    index % 2 === 1 ? (
      <mark key={index} className={styles.mark}>
        {part}
      </mark>
    ) : (
      part
    ),
  );
}
