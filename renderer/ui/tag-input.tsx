import { X } from 'lucide-react';
import type { KeyboardEvent } from 'react';
import { useState } from 'react';
import { m } from '../i18n/messages.ts';
import type { ControlProps } from './field.tsx';
import styles from './tag-input.module.css';

interface Props extends ControlProps {
  readonly tags: readonly string[];
  readonly onChange: (tags: readonly string[]) => void;
}

/** Comma or Enter makes a tag of what was typed; Backspace in the empty field takes the last one away. */
export function TagInput({ tags, onChange, ...control }: Props) {
  const [text, setText] = useState('');
  const take = (typed: string): void => {
    const fresh = typed
      .split(',')
      .map((one) => one.trim().slice(0, 64))
      .filter((one) => one !== '' && !tags.includes(one));
    if (fresh.length > 0) onChange([...tags, ...new Set(fresh)].slice(0, 32));
    setText('');
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey && text.trim() !== '') {
      event.preventDefault();
      take(text);
    }
    if (event.key === 'Backspace' && text === '') onChange(tags.slice(0, -1));
  };
  return (
    <div className={styles.box}>
      {tags.map((tag) => (
        <span key={tag} className={styles.tag}>
          {tag}
          <button
            type="button"
            aria-label={m.common.removeNamed(tag)}
            onClick={() => onChange(tags.filter((one) => one !== tag))}
          >
            <X size={14} aria-hidden />
          </button>
        </span>
      ))}
      <input
        {...control}
        value={text}
        autoComplete="off"
        onChange={(event) =>
          event.target.value.includes(',') ? take(event.target.value) : setText(event.target.value)
        }
        onKeyDown={onKeyDown}
        onBlur={() => take(text)}
      />
    </div>
  );
}
