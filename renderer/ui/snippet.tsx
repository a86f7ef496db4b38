import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { m } from '../i18n/messages.ts';
import { copyText } from './copy-text.ts';
import { IconButton } from './icon-button.tsx';
import styles from './snippet.module.css';

interface Props {
  readonly label: string;
  readonly text: string;
  readonly hideLabel?: boolean;
  readonly onCopied?: () => void;
}

/** A line to take elsewhere, with its copy button. */
export function Snippet({ label, text, hideLabel, onCopied }: Props) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async (): Promise<void> => {
    await copyText(text);
    setCopied(true);
    onCopied?.();
  };
  return (
    <div>
      {hideLabel !== true && <p className={styles.label}>{label}</p>}
      <div className={styles.snippet}>
        <code className={styles.code}>{text}</code>
        <IconButton
          label={m.common.copyNamed(label)}
          tip={m.common.copy}
          icon={copied ? <Check size={16} aria-hidden /> : <Copy size={16} aria-hidden />}
          onClick={() => void copy()}
        />
      </div>
      <span role="status" className="visually-hidden">
        {copied ? m.common.copied : ''}
      </span>
    </div>
  );
}
