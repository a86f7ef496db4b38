import type { AccessRequest } from '../../../shared/contract/access.ts';
import { appendAudit } from '../audit/audit-log.ts';
import type { VaultGate } from '../endpoint/deps.ts';
import type { CallerFacts } from '../evidence/evidence.ts';
import type { Clock } from '../seams.ts';
import type { AccessGrants } from './access-grants.ts';
import type { Answered, Yes } from './consent-desk.ts';
import { clientHolder, lastingHolder, programCaller, programHolder, type Subject } from './gate-callers.ts';

export interface KeptAnswersDeps {
  readonly vault: Pick<VaultGate, 'opened'>;
  readonly clock: Clock;
  readonly grants: AccessGrants;
}

/**
 * Makes of an answer what holds from now on, with its audit entries.
 * @throws what the vault throws: an answer that cannot be written down does not count.
 */
export function keepAnswer(
  { vault, clock, grants }: KeptAnswersDeps,
  { request, subject, answer, by }: Answered<Subject>,
): void {
  const opened = vault.opened();
  const { name, clientId } = request.caller;
  opened.write(() => {
    for (const { credentialId, form } of request.wants) {
      const result = answer === 'deny' ? 'refused' : 'ok';
      const meta = { answer, form, caller: clientId ?? name };
      appendAudit(opened, clock, { actor: by, action: 'access.answer', target: credentialId ?? '', result, meta });
      if (answer === 'always' && credentialId !== null && form !== 'owner') {
        grants.keep({ credentialId, form, caller_name: name, ...lastingHolder(subject), folder: request.folder });
      }
    }
  });
  if (answer === 'always') grants.rowsChanged();
  else if (answer !== 'deny') rememberUntilLock(grants, request, subject, answer);
}

/** The owner proved to be at this session of a terminal: it needs no other word until lock. */
export function letSessionIn(grants: AccessGrants, facts: CallerFacts, session: string): void {
  grants.remember({
    holder: { kind: 'session', key: session },
    callerName: programCaller(facts, null).name,
    credentialId: null,
    form: 'owner',
    lasts: 'lock',
  });
}

function rememberUntilLock(
  grants: AccessGrants,
  { wants, caller }: AccessRequest,
  subject: Subject,
  answer: Exclude<Yes, 'always'>,
): void {
  const ahead = subject.kind === 'program' && subject.asked === 'ahead';
  if (answer === 'once' && !ahead) return;
  const holder = subject.kind === 'client' ? clientHolder(subject.client.id) : programHolder(subject);
  if (holder === null) return;
  for (const { credentialId, form } of wants) {
    const lasts = answer === 'once' ? 'ticket' : answer;
    grants.remember({ holder, callerName: caller.name, credentialId, form, lasts });
  }
}
