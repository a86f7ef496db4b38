import type { AccessAnswer, AccessRequest, AccessWant } from '../shared/contract/access.ts';
import { pairs, plain } from './table.ts';
import { momentIn } from './zone-times.ts';

/** What a form of delivery means, in the words of the panel. */
const FORMS: Readonly<Record<AccessWant['form'], string>> = {
  proxy: 'calls through Keyharbor; the key stays here',
  token: 'a token for as long as one program runs; the key stays here',
  environment: 'the key itself, in the environment of one program',
  value: 'the key itself',
  owner: 'everything that the command line may do, for this session',
};

export const ANSWER_WORDS: Readonly<Record<AccessAnswer, string>> = {
  deny: 'no',
  once: 'this once',
  minutes15: 'for 15 minutes',
  lock: 'until the vault locks',
  always: 'always, until you revoke the grant',
};

/** The word of `--answer` for each answer of the contract. */
const SPOKEN: Readonly<Record<string, AccessAnswer>> = {
  deny: 'deny',
  once: 'once',
  '15m': 'minutes15',
  'until-lock': 'lock',
  always: 'always',
};
export const ANSWER_OPTIONS = Object.keys(SPOKEN);

export function answerOf(word: string): AccessAnswer | null {
  return SPOKEN[word] ?? null;
}

export function optionOf(answer: AccessAnswer): string {
  return ANSWER_OPTIONS.find((word) => SPOKEN[word] === answer) ?? answer;
}

export const formWords = (form: AccessWant['form']): string => FORMS[form];

/** Everything a person should know before an answer. What a program says of itself is marked as that. */
export function describeRequest(request: AccessRequest, zone: string): string {
  const { id, caller, wants, reason, folder, expiresAt } = request;
  const [first, ...parents] = caller.processes;
  const stated = first?.source === 'stated' ? ' (as it says itself)' : '';
  return pairs([
    ['Request', id],
    ['Who', `${caller.name} (${caller.kind === 'client' ? 'client' : 'program'}; the name is its own word)`],
    [
      'Program',
      first === undefined ? 'not known' : `${first.executable ?? 'not known'}, process ${first.pid}${stated}`,
    ],
    ['Command', first?.commandLine ?? null],
    ['In folder', first?.workingFolder ?? null],
    ['Started by', parents.map(({ executable, pid }) => `${executable ?? '?'} (${pid})`).join(' < ')],
    ...wants.map(
      (want) => ['Wants', `${want.ref}${want.name === '' ? '' : ` "${want.name}"`}: ${formWords(want.form)}`] as const,
    ),
    ['Its reason', reason === '' ? null : `"${plain(reason)}"`],
    ['"always" means', folder === null ? null : `in ${folder}`],
    ['Refused at', momentIn(zone, expiresAt)],
  ]);
}
