import type { ComponentProps } from 'react';
import styles from './field.module.css';

interface Props<T extends string> extends Omit<ComponentProps<'select'>, 'value' | 'onChange' | 'className'> {
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly onChange: (value: T) => void;
}

/** The platform's own list: it works with every keyboard, zoom and reader. */
export function Select<T extends string>({ value, options, onChange, ...rest }: Props<T>) {
  const pick = (given: string): void => {
    const option = options.find((one) => one.value === given);
    if (option !== undefined) onChange(option.value);
  };
  return (
    <select {...rest} value={value} onChange={(event) => pick(event.target.value)} className={styles.control}>
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}
