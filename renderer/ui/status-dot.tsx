import {
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CircleMinus,
  CirclePause,
  CircleQuestionMark,
  CircleX,
  Clock,
  LoaderCircle,
} from 'lucide-react';
import { classes } from './classes.ts';
import styles from './status-dot.module.css';

const SHAPES = {
  check: CircleCheck,
  clock: Clock,
  cross: CircleX,
  alert: CircleAlert,
  question: CircleQuestionMark,
  ring: CircleDashed,
  pause: CirclePause,
  minus: CircleMinus,
  turning: LoaderCircle,
} as const;

interface Props {
  readonly tone: 'ok' | 'warn' | 'bad' | 'quiet';
  /** Each state has its own shape: colour is never the only sign. */
  readonly shape: keyof typeof SHAPES;
  readonly word: string;
  /** Shows the sign alone; the word stays for readers and as a title. */
  readonly wordHidden?: boolean;
}

export function StatusDot({ tone, shape, word, wordHidden }: Props) {
  const Icon = SHAPES[shape];
  return (
    <span className={classes(styles.status, styles[tone])} title={wordHidden === true ? word : undefined}>
      <Icon size={15} aria-hidden className={shape === 'turning' ? styles.spin : undefined} />
      <span className={wordHidden === true ? 'visually-hidden' : undefined}>{word}</span>
    </span>
  );
}
