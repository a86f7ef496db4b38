import { CircleAlert } from 'lucide-react';
import styles from './field.module.css';

interface Props {
  /** The control names it in `aria-describedby`. */
  readonly id: string;
  readonly text: string;
}

/** What is wrong with the value of one control, below it. */
export function FieldError({ id, text }: Props) {
  return (
    <p id={id} className={styles.error}>
      <CircleAlert size={14} aria-hidden />
      {text}
    </p>
  );
}
