import { ShieldQuestionMark } from 'lucide-react';
import { useEffect, useId, useRef, useState } from 'react';
import type { AccessAnswer, AccessRequest } from '../../shared/contract/access.ts';
import { useNow } from '../contract/use-now.ts';
import { approval } from '../i18n/en/approval.ts';
import { Button } from '../ui/button.tsx';
import { AnswerChoice } from './answer-choice.tsx';
import styles from './approval.module.css';
import { CallerEvidence } from './caller-evidence.tsx';
import { plainText } from './plain-text.ts';
import { WantList } from './want-list.tsx';

const NAME_MAX = 64;
const REASON_MAX = 200;
const SECOND_MS = 1000;

interface Props {
  readonly request: AccessRequest;
  readonly turn: number;
  /** Whether it has been shown for long enough to be granted. */
  readonly readable: boolean;
  readonly waiting: readonly AccessRequest[];
  readonly onAnswer: (id: string, answer: AccessAnswer) => void;
}

/** Who asks for what, and what each answer means. The safe answer has the focus. */
export function ApprovalPanel({ request, turn, readable, waiting, onAnswer }: Props) {
  const { id, caller, wants, reason, folder } = request;
  const allowed = request.answers.filter((answer) => answer !== 'deny');
  const [chosen, setChosen] = useState(allowed[0] ?? 'once');
  const deny = useRef<HTMLButtonElement>(null);
  const heading = useId();
  const nowMs = useNow(SECOND_MS);
  const leftSeconds = Math.max(0, Math.ceil((Date.parse(request.expiresAt) - nowMs) / SECOND_MS));
  const name = plainText(caller.name, NAME_MAX);
  const asOwner = wants.some((want) => want.form === 'owner');
  const what = approval.title(wants.length, asOwner);
  // Also when another request came in: a key that was meant for what stood here before must not allow.
  useEffect(() => deny.current?.focus(), [turn]);
  const denyAll = (): void => {
    for (const one of [request, ...waiting]) onAnswer(one.id, 'deny');
  };
  return (
    <main className={styles.panel} role="alertdialog" aria-labelledby={heading} aria-describedby={`${heading}-wants`}>
      <p role="alert" className="visually-hidden">
        {approval.spoken(name, what)}
      </p>
      <header className={styles.head}>
        <ShieldQuestionMark size={26} aria-hidden />
        <div>
          <h1 id={heading}>
            <bdi className={styles.caller}>{name}</bdi> {what}
          </h1>
          <p className={styles.muted}>
            <strong className={styles.unverified}>{approval.unverified}.</strong> {approval.nameNote[caller.kind]}
          </p>
        </div>
      </header>
      <div className={styles.body} tabIndex={0} role="group" aria-label={approval.asksFor}>
        <div id={`${heading}-wants`} className={styles.forms}>
          <WantList wants={wants} />
        </div>
        {reason !== '' && (
          <section className={styles.section}>
            <h2>{approval.reason}</h2>
            <blockquote className={styles.reason}>
              <bdi>{plainText(reason, REASON_MAX)}</bdi>
            </blockquote>
          </section>
        )}
        <CallerEvidence caller={caller} />
        <AnswerChoice
          grantee={asOwner ? 'terminal' : caller.kind}
          folder={folder}
          answers={allowed}
          chosen={chosen}
          onChoose={setChosen}
        />
      </div>
      <footer className={styles.foot}>
        <div className={styles.status}>
          <span role="timer">{approval.left(leftSeconds)}</span>
          {waiting.length > 0 && <strong>{approval.waiting(waiting.length)}</strong>}
        </div>
        <div className={styles.buttons}>
          {waiting.length > 0 && (
            <Button look="ghost" onClick={denyAll}>
              {approval.denyAll(waiting.length + 1)}
            </Button>
          )}
          <Button disabled={!readable} onClick={() => onAnswer(id, chosen)}>
            {approval.allow[chosen]}
          </Button>
          <Button ref={deny} look="primary" onClick={() => onAnswer(id, 'deny')}>
            {approval.deny}
          </Button>
        </div>
      </footer>
    </main>
  );
}
