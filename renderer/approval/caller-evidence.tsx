import { useId } from 'react';
import type { AccessCaller, ProcessEvidence } from '../../shared/contract/access.ts';
import { approval } from '../i18n/en/approval.ts';
import styles from './approval.module.css';
import { plainPath, plainText } from './plain-text.ts';

const NAME_MAX = 32;
const PATH_MAX = 120;
const COMMAND_MAX = 160;
/** A chain longer than this says nothing more. */
const CHAIN_MAX = 8;

/** What the system says of the process that asks; those that started it are one press away. */
export function CallerEvidence({ caller }: { readonly caller: AccessCaller }) {
  const heading = useId();
  const [asking, ...parents] = caller.processes.slice(0, CHAIN_MAX);
  return (
    <section className={styles.section} aria-labelledby={heading}>
      <h2 id={heading}>{approval.processes}</h2>
      <p className={styles.muted}>{asking === undefined ? approval.nothingKnown : approval.evidence}</p>
      {asking !== undefined && <Asking process={asking} />}
      {parents.length > 0 && (
        <details className={styles.parents}>
          <summary>
            {approval.startedBy} <bdi>{parents.map((one) => plainText(fileName(one), NAME_MAX)).join(' ‹ ')}</bdi>
          </summary>
          <ol className={styles.chain}>
            {parents.map((one, index) => (
              <li key={`${one.pid}-${index}`}>
                <Program process={one} />
              </li>
            ))}
          </ol>
        </details>
      )}
    </section>
  );
}

const fileName = ({ executable }: ProcessEvidence): string =>
  executable?.split(/[\\/]/).findLast((part) => part !== '') ?? approval.unknownProgram;

function Program({ process: { executable, pid } }: { readonly process: ProcessEvidence }) {
  return (
    <p>
      <bdi className={styles.program}>
        {executable === null ? approval.unknownProgram : plainPath(executable, PATH_MAX)}
      </bdi>{' '}
      <span className={styles.muted}>{approval.pid(pid)}</span>
    </p>
  );
}

function Asking({ process }: { readonly process: ProcessEvidence }) {
  const { commandLine, workingFolder, source } = process;
  return (
    <div>
      <Program process={process} />
      {workingFolder !== null && (
        <p className={styles.fact}>
          <span className={styles.muted}>{approval.folder}</span> <bdi>{plainPath(workingFolder, PATH_MAX)}</bdi>
        </p>
      )}
      {commandLine !== null && (
        <p className={styles.fact}>
          <span className={styles.muted}>{approval.commandLine}</span> <bdi>{plainText(commandLine, COMMAND_MAX)}</bdi>
        </p>
      )}
      {source === 'stated' && <p className={styles.stated}>{approval.stated}</p>}
    </div>
  );
}
