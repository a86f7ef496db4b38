import type { ComponentProps } from 'react';
import { classes } from './classes.ts';
import styles from './field.module.css';

interface Props extends Omit<ComponentProps<'input'>, 'className' | 'onChange'> {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly mono?: boolean;
}

export function TextInput({ onChange, mono, ...rest }: Props) {
  return (
    <input
      type="text"
      autoComplete="off"
      spellCheck={false}
      {...rest}
      onChange={(event) => onChange(event.target.value)}
      className={classes(styles.control, mono === true && styles.mono)}
    />
  );
}

interface AreaProps extends Omit<ComponentProps<'textarea'>, 'className' | 'onChange'> {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly mono?: boolean;
}

export function TextArea({ onChange, mono, ...rest }: AreaProps) {
  return (
    <textarea
      rows={4}
      {...rest}
      onChange={(event) => onChange(event.target.value)}
      className={classes(styles.control, mono === true && styles.mono)}
    />
  );
}
