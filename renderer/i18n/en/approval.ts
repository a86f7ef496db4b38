import type { AccessAnswer, AccessCaller, AccessWant } from '../../../shared/contract/access.ts';
import { plural } from '../format.ts';

type Form = AccessWant['form'];
type Kind = AccessCaller['kind'];
/** Who an answer is for; a terminal acts as the owner for its whole session. */
export type Grantee = Kind | 'terminal';

/** What a form of delivery means for the key, in plain words. */
export const formTexts: Readonly<Record<Form, { readonly title: string; readonly text: string }>> = {
  proxy: {
    title: 'Calls through Keyharbor',
    text: 'Keyharbor forwards its requests and adds the key. The program never gets the key.',
  },
  token: {
    title: 'A token for one run',
    text: 'It gets a token that ends with the run and works only through Keyharbor. It never gets the key.',
  },
  environment: {
    title: 'The key, in the environment of one program',
    text: 'The key itself goes to one program and what that starts. They can read it.',
  },
  value: {
    title: 'The key itself',
    text: 'It receives the key, and can keep it or pass it on.',
  },
  owner: {
    title: 'Act as you',
    text: 'It may list, read, add, change and delete every key, as your own command line does.',
  },
};

const WHO = {
  client: 'This client',
  program: 'This program, and what it starts,',
  terminal: 'Every command of this terminal session',
} satisfies Record<Grantee, string>;

/** The texts of the approval panel. */
export const approval = {
  productAsks: 'Keyharbor asks',
  title: (wants: number, owner: boolean) =>
    owner ? 'asks to act as you' : `asks to use ${plural(wants, 'credential', 'credentials')}`,
  spoken: (name: string, what: string) => `${name} ${what}`,
  unverified: 'Unverified name',
  nameNote: {
    client: 'The name that you gave this client. Whoever holds its token can ask in its name.',
    program: 'The file name of the program. Any program can take this name.',
  } satisfies Record<Kind, string>,
  asksFor: 'It asks for',
  everything: 'Everything in this vault',
  forms: formTexts,
  reason: 'Its reason, in its own words',
  processes: 'Where it comes from',
  evidence: 'What the system says. Evidence, not proof.',
  nothingKnown: 'The system does not tell which program asks.',
  startedBy: 'Started by',
  pid: (pid: number) => `process ${pid}`,
  unknownProgram: 'unknown program',
  folder: 'Folder',
  commandLine: 'Command',
  stated: 'It named this process itself.',
  howLong: 'If you allow it',
  answers: {
    once: { label: 'Once', text: () => 'This request only. The next one asks again.' },
    minutes15: {
      label: 'For 15 minutes',
      text: (grantee: Grantee) =>
        `${WHO[grantee]} may do this without asking for 15 minutes, or until the vault locks.`,
    },
    lock: {
      label: 'Until the vault locks',
      text: (grantee: Grantee) => `${WHO[grantee]} may do this without asking until the vault locks.`,
    },
    always: {
      label: 'Always',
      text: (grantee: Grantee, folder: string | null) =>
        grantee === 'client'
          ? 'This client may do this without asking, until you revoke it under Clients, Grants.'
          : folder === null
            ? 'This program may do this without asking, until you revoke it under Clients, Grants.'
            : 'This program may do this without asking in the folder below, until you revoke it under Clients, Grants.',
    },
  } satisfies Record<
    Exclude<AccessAnswer, 'deny'>,
    { label: string; text: (grantee: Grantee, folder: string | null) => string }
  >,
  allow: {
    once: 'Allow once',
    minutes15: 'Allow for 15 minutes',
    lock: 'Allow until lock',
    always: 'Allow always',
  } satisfies Record<Exclude<AccessAnswer, 'deny'>, string>,
  deny: 'Deny',
  denyAll: (count: number) => `Deny all ${count}`,
  left: (seconds: number) => `Denied in ${seconds} s`,
  waiting: (count: number) => `${plural(count, 'more request waits', 'more requests wait')}`,
} as const;
