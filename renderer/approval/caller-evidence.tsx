import { useId } from 'react';
import type { AccessCaller, ProcessEvidence } from '../../shared/contract/access.ts';
import { approval } from '../i18n/en/approval.ts';
import styles from './approval.module.css';
import { plainPath, plainText } from './plain-text.ts';

const PATH_MAX = 120;
const COMMAND_MAX = 160;
/** A chain longer than this says nothing more. */
const CHAIN_MAX = 8;

/** What the system says of the process that asks and of those that started it. */
export function CallerEvidence({ caller }: { readonly caller: AccessCaller }) {
  const heading = useId();
  return (
    <section className={styles.section} aria-labelledby={heading}>
      <h2 id={heading}>{approval.processes}</h2>
      <p className={styles.muted}>{caller.processes.length === 0 ? approval.nothingKnown : approval.evidence}</p>
      <ol className={styles.chain}>
        {caller.processes.slice(0, CHAIN_MAX).map((process, index) => (
          <li key={`${process.pid}`}>
            <Process process={process} asks={index === 0} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Process({ process, asks }: { readonly process: ProcessEvidence; readonly asks: boolean }) {
  const { pid, executable, commandLine, workingFolder, source } = process;
  const program = executable === null ? approval.unknownProgram : plainPath(executable, PATH_MAX);
  return (
    <>
      <p>
        <span className={styles.muted}>{asks ? '' : `${approval.startedBy} `}</span>
        <bdi className={styles.program}>{program}</bdi> <span className={styles.muted}>{approval.pid(pid)}</span>
      </p>
      {asks && workingFolder !== null && (
        <p className={styles.fact}>
          <span className={styles.muted}>{approval.folder}</span> <bdi>{plainPath(workingFolder, PATH_MAX)}</bdi>
        </p>
      )}
      {asks && commandLine !== null && (
        <p className={styles.fact}>
          <span className={styles.muted}>{approval.commandLine}</span> <bdi>{plainText(commandLine, COMMAND_MAX)}</bdi>
        </p>
      )}
      {asks && source === 'stated' && <p className={styles.stated}>{approval.stated}</p>}
    </>
  );
}
