import { Plus, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useEffect, useId, useRef } from 'react';
import { Button } from '../ui/button.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import layout from '../ui/form-layout.module.css';
import { MAX_ROWS } from './routing-form.ts';
import styles from './routing.module.css';

interface Props<T> {
  readonly title: string;
  readonly hint: string;
  readonly rows: readonly T[];
  readonly fresh: T;
  readonly addWord: string;
  readonly onChange: (rows: readonly T[]) => void;
  /** Lays out the fields of a row with the button that removes it. */
  readonly rowClass: string | undefined;
  readonly removeWord: (at: number) => string;
  readonly children: (row: T, at: number, change: (part: Partial<T>) => void) => ReactNode;
}

/** Rows that are added and taken away. The focus goes to the new row, and from a removed one to the button below. */
export function RowList<T>(props: Props<T>) {
  const { title, hint, rows, fresh, addWord, rowClass, removeWord, onChange, children } = props;
  const list = useRef<HTMLDivElement>(null);
  const add = useRef<HTMLButtonElement>(null);
  const toNew = useRef(false);
  const id = useId();
  useEffect(() => {
    if (!toNew.current) return;
    toNew.current = false;
    list.current?.lastElementChild?.querySelector<HTMLElement>('select, input')?.focus();
  }, [rows.length]);
  return (
    <fieldset className={layout.fieldset} aria-describedby={id}>
      <legend>{title}</legend>
      <p id={id} className={styles.muted}>
        {hint}
      </p>
      <div ref={list} className={styles.rowlist}>
        {rows.map((row, at) => (
          <div key={at} className={rowClass}>
            {children(row, at, (part) =>
              onChange(rows.map((one, index) => (index === at ? { ...one, ...part } : one))),
            )}
            <IconButton
              label={removeWord(at + 1)}
              icon={<X size={15} aria-hidden />}
              onClick={() => {
                onChange(rows.filter((_, index) => index !== at));
                add.current?.focus();
              }}
            />
          </div>
        ))}
      </div>
      <span>
        <Button
          ref={add}
          look="ghost"
          icon={<Plus size={15} aria-hidden />}
          disabled={rows.length >= MAX_ROWS}
          onClick={() => {
            toNew.current = true;
            onChange([...rows, fresh]);
          }}
        >
          {addWord}
        </Button>
      </span>
    </fieldset>
  );
}
