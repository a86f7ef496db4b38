import type { AccessAnswer, AccessCaller, AccessWant } from '../../../shared/contract/access.ts';
import type { DeliveryForm } from '../../../shared/delivery.ts';
import { formatReference } from '../../../shared/reference.ts';
import type { ResolvedCredential } from '../credentials/types.ts';
import type { VerifiedClient } from '../endpoint/clients.ts';
import { plainText } from '../evidence/command-line.ts';
import { type CallerFacts, programName, shownEvidence } from '../evidence/evidence.ts';
import type { Peer } from '../evidence/peer.ts';
import type { Holder } from './access-grants.ts';

/** Who asks at the gate, as the desk, the panel and a grant know them. */
export const MAX_NAME = 64;

/** What an answer is about, to be kept as what the owner said. */
export type Subject =
  | { readonly kind: 'client'; readonly client: VerifiedClient }
  | { readonly kind: 'program'; readonly facts: CallerFacts; readonly asked: 'now' | 'ahead' }
  | { readonly kind: 'owner'; readonly facts: CallerFacts };

export const OWNER_WANT: AccessWant = {
  credentialId: null,
  ref: '',
  name: 'Everything the command line may do',
  provider: null,
  form: 'owner',
};

export const clientKey = (clientId: string): string => `client ${clientId}`;
/** Programs of which nothing is known share one place: they cannot be told apart, and must not get three each. */
export const programKey = ({ session }: CallerFacts): string => `program ${session ?? 'unknown'}`;

export function want({ id, provider, label }: ResolvedCredential, form: DeliveryForm): AccessWant {
  return { credentialId: id, ref: formatReference({ provider, label }), name: `${provider} ${label}`, provider, form };
}

export function programCaller(facts: CallerFacts, peer: Peer | null): AccessCaller {
  const named = facts.program === null ? (peer?.program ?? '') : programName(facts.program);
  const name = plainText(named, MAX_NAME);
  return {
    kind: 'program',
    name: name === '' ? 'An unknown program' : name,
    clientId: null,
    processes: shownEvidence(facts),
  };
}

export function programAnswers({ session, program, source, folder }: CallerFacts): AccessAnswer[] {
  const isKnown = session !== null || program !== null;
  const lasts = source === 'peer' && program?.executable != null && folder !== null;
  return [
    'deny',
    'once',
    ...(isKnown ? (['minutes15', 'lock'] as const) : []),
    ...(lasts ? (['always'] as const) : []),
  ];
}

export const clientHolder = (clientId: string): Holder => ({ kind: 'client', clientId });

export function programHolder({ kind, facts }: Exclude<Subject, { kind: 'client' }>): Holder | null {
  const { program, session } = facts;
  if (kind === 'program' && program !== null) return { kind: 'tree', pid: program.pid, startedAt: program.startedAt };
  return session === null ? null : { kind: 'session', key: session };
}

export function lastingHolder(subject: Subject) {
  return subject.kind === 'client'
    ? ({ caller_kind: 'client', client_id: subject.client.id, executable: null } as const)
    : ({ caller_kind: 'program', client_id: null, executable: subject.facts.program?.executable ?? null } as const);
}
