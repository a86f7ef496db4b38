import { Toggle } from '@base-ui/react/toggle';
import { ToggleGroup } from '@base-ui/react/toggle-group';
import type { ReactNode } from 'react';
import styles from './toggle.module.css';

interface Props<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string; readonly icon?: ReactNode }[];
  /** Shows the icons alone; the names stay for readers. */
  readonly iconsOnly?: boolean;
  readonly onChange: (value: T) => void;
}

/** One of a few, always exactly one. */
export function Segmented<T extends string>({ label, value, options, iconsOnly, onChange }: Props<T>) {
  const pick = (picked: readonly string[]): void => {
    const option = options.find((one) => one.value === picked[0]);
    if (option !== undefined) onChange(option.value);
  };
  return (
    <ToggleGroup aria-label={label} value={[value]} onValueChange={pick} className={styles.group}>
      {options.map((option) => (
        <Toggle
          key={option.value}
          value={option.value}
          aria-label={iconsOnly === true ? option.label : undefined}
          className={styles.choice}
        >
          {option.icon}
          {iconsOnly !== true && option.label}
        </Toggle>
      ))}
    </ToggleGroup>
  );
}
