import { useId } from 'react';
import type { AccessAnswer } from '../../shared/contract/access.ts';
import { approval, type Grantee } from '../i18n/en/approval.ts';
import styles from './approval.module.css';
import { plainPath } from './plain-text.ts';

type Grant = Exclude<AccessAnswer, 'deny'>;

interface Props {
  readonly grantee: Grantee;
  readonly folder: string | null;
  readonly answers: readonly Grant[];
  readonly chosen: Grant;
  readonly onChoose: (answer: Grant) => void;
}

/** For how long it would be allowed. Choosing grants nothing yet. */
export function AnswerChoice({ grantee, folder, answers, chosen, onChoose }: Props) {
  const id = useId();
  return (
    <fieldset className={styles.answers}>
      <legend>{approval.howLong}</legend>
      {answers.map((answer) => (
        <div key={answer} className={styles.answer}>
          <input
            type="radio"
            id={`${id}-${answer}`}
            name={id}
            checked={chosen === answer}
            aria-describedby={`${id}-${answer}-text`}
            onChange={() => onChoose(answer)}
          />
          <label htmlFor={`${id}-${answer}`}>{approval.answers[answer].label}</label>
          <p id={`${id}-${answer}-text`} className={styles.muted}>
            {approval.answers[answer].text(grantee, folder)}
            {answer === 'always' && folder !== null && <bdi className={styles.path}>{plainPath(folder, 120)}</bdi>}
          </p>
        </div>
      ))}
    </fieldset>
  );
}
