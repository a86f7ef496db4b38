import { Switch as Base } from '@base-ui/react/switch';
import styles from './toggle.module.css';

interface Props {
  readonly label: string;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly describedBy?: string;
  readonly onChange: (on: boolean) => void;
}

export function Switch({ label, checked, disabled, describedBy, onChange }: Props) {
  return (
    <Base.Root
      aria-label={label}
      aria-describedby={describedBy}
      checked={checked}
      disabled={disabled === true}
      onCheckedChange={onChange}
      className={styles.switch}
    >
      <Base.Thumb className={styles.thumb} />
    </Base.Root>
  );
}
