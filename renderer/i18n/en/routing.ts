import type { HeaderEdit, PoolMember, PoolRule } from '../../../shared/contract/routing.ts';
import { formatNumber, plural } from '../format.ts';

/** "90 seconds", "5 minutes", "2 hours": the largest unit that says it exactly. */
function duration(seconds: number): string {
  if (seconds % 3600 === 0) return plural(seconds / 3600, 'hour', 'hours');
  if (seconds % 60 === 0) return plural(seconds / 60, 'minute', 'minutes');
  return plural(seconds, 'second', 'seconds');
}

const causes: Readonly<Record<number, string>> = {
  401: 'refused (401)',
  402: 'no credit left (402)',
  429: 'limit reached (429)',
};

export const routing = {
  lead: 'Rules for calls through Keyharbor: what is edited on the way, what is kept, and which credential is tried next. No rule changes where a key goes.',
  emptyTitle: 'Calls go as tools send them',
  emptyText:
    'A rule for a provider or a client can edit headers, rewrite paths, keep answers for a while, or try another credential when one is exhausted or refused.',
  emptyNothing: 'Add a key or a client first: a rule is for one of them.',
  listTitle: 'Rules',
  add: 'Add rule',
  allHaveRules: 'Every provider with keys and every client has its rule. Edit it to change what it does.',
  kinds: { provider: 'Provider', client: 'Client' },
  formerClient: 'This client has no access any more.',
  gone: (id: string) => `Client ${id}, which is gone`,
  unreadable: 'Cannot be read',
  unreadableList: 'Rules that cannot be read',
  unreadableTitle: (count: number) =>
    count === 1 ? 'A routing rule cannot be read' : `${count} routing rules cannot be read`,
  unreadableText: (count: number) =>
    count === 1
      ? 'No call goes out that it could be for; all others do. Write it anew, or remove it.'
      : 'No call goes out that they could be for; all others do. Write each anew, or remove it.',
  nobodysTitle: 'A routing rule cannot be read, nor whose calls it is for',
  nobodysText: 'So no call goes out. Put the newest backup back; the present files are kept.',
  openBackups: 'Open the backups',
  anew: 'Write anew',
  anewNamed: (name: string) => `Write the rule for ${name} anew`,
  edit: 'Edit',
  editNamed: (name: string) => `Edit the rule for ${name}`,
  removeNamed: (name: string) => `Remove the rule for ${name}`,
  sentences: {
    requests: (edits: string) => `Requests: ${edits}.`,
    answers: (edits: string) => `Answers: ${edits}.`,
    set: (name: string, value: string) => `sets ${name} to “${value}”`,
    empty: (name: string) => `sets ${name} to nothing`,
    remove: (name: string) => `removes ${name}`,
    rename: (name: string, to: string) => `renames ${name} to ${to}`,
    path: (from: string, to: string) => `Paths that begin with ${from} go to ${to} instead.`,
    cache: (seconds: number) => `Answers to GET are kept for up to ${duration(seconds)}.`,
    cacheEven: (seconds: number) =>
      `Answers to GET are kept for up to ${duration(seconds)}, also those marked private or not marked at all.`,
    pool: {
      priority: 'When a credential is exhausted or refused, the next of these is tried, in this order:',
      'round-robin': 'Calls take turns with these credentials; one that is exhausted or refused rests:',
      'least-used': 'Each call takes the least used of these credentials; one that is exhausted or refused rests:',
      cheapest: 'Each call takes the cheapest of these credentials; one that is exhausted or refused rests:',
    } satisfies Record<PoolRule['strategy'], string>,
  },
  cost: (cost: number) => `cost ${formatNumber(cost)}`,
  health: {
    healthy: 'Ready',
    probing: 'Tried again with the next call',
    resting: 'Resting',
    missing: 'No such key in use',
  } satisfies Record<PoolMember['state'], string>,
  restsUntil: (time: string, { because, told }: Pick<PoolMember, 'because' | 'told'>) => {
    const why =
      told === 'tool'
        ? 'a tool says that it does not work'
        : told === 'test'
          ? 'its last test failed'
          : because === null
            ? ''
            : (causes[because] ?? `answer ${because}`);
    return why === '' ? `Rests until ${time}` : `Rests until ${time}: ${why}`;
  },
  addTitle: 'Add rule',
  editTitle: (name: string) => `Rule for ${name}`,
  forWhat: 'For the calls of a',
  provider: 'Provider',
  client: 'Client',
  providerHint: 'For every tool that calls it.',
  clientHint: 'For all that it calls, after the rule of the provider.',
  onlyProviders: 'There is no client without a rule.',
  onlyClients: 'There is no provider with keys that has no rule.',
  requestHeaders: 'Headers of requests',
  requestHint:
    'Applied in this order. Headers that carry keys, cookies or addresses never pass. A value is shown here as it is: put no key into it.',
  responseHeaders: 'Headers of answers',
  responseHint: 'What the tool sees of the answer.',
  edits: { set: 'Set', remove: 'Remove', rename: 'Rename' } satisfies Record<HeaderEdit['do'], string>,
  addHeader: 'Add header',
  headerDo: (at: number) => `What to do with header ${at}`,
  headerName: (at: number) => `Name of header ${at}`,
  headerValue: (at: number) => `Value of header ${at}`,
  headerTo: (at: number) => `New name of header ${at}`,
  removeHeader: (at: number) => `Remove header ${at}`,
  name: 'name',
  value: 'value',
  newName: 'new name',
  paths: 'Paths',
  pathsHint: 'The first that fits is used. It fits a whole path, or its start up to a slash.',
  pathFrom: (at: number) => `Path ${at}`,
  pathTo: (at: number) => `Path ${at} becomes`,
  addPath: 'Add path',
  removePath: (at: number) => `Remove path ${at}`,
  cacheTitle: 'Kept answers',
  cacheOn: 'Keep answers to GET',
  cacheHint: 'Served again for the same credential only, and dropped when the vault locks.',
  seconds: 'Seconds at most',
  secondsHint: 'Less where the answer itself says so.',
  evenPrivate: 'Also what is marked private, or not marked at all',
  evenPrivateHint: 'Most APIs mark nothing. What a provider forbids to store is never kept.',
  poolTitle: 'Several credentials',
  poolOn: 'Try another credential when one is exhausted or refused',
  poolHint: 'After the answers 401, 402 and 429. A client is only ever served with credentials that it was granted.',
  poolNeedsTwo: 'This needs two credentials of the provider that are in use.',
  strategy: 'Which is tried first',
  strategies: {
    priority: 'In this order',
    'round-robin': 'In turns',
    'least-used': 'The least used',
    cheapest: 'The cheapest',
  } satisfies Record<PoolRule['strategy'], string>,
  costOf: (label: string) => `Cost of a call with ${label}, compared with the others`,
  costShort: 'Cost',
  up: (label: string) => `Move ${label} up`,
  leaveOut: (label: string) => `Leave ${label} out`,
  addMember: 'Add a credential',
  addMemberPick: 'Choose …',
  saveNew: 'Add rule',
  save: 'Save rule',
  saved: (name: string) => `The rule for ${name} holds from now on.`,
  leaveText: 'The rule is not saved yet.',
  removeTitle: (name: string) => `Remove the rule for ${name}?`,
  removeText: 'Calls go as tools send them from now on. Answers that were kept are dropped.',
  removeVerb: 'Remove rule',
  removed: (name: string) => `Removed the rule for ${name}.`,
  errors: {
    nothing: 'The rule does nothing yet: add a header, a path, kept answers or credentials.',
    nameNeeded: 'Enter the name of the header.',
    nameWrong: 'A header name has letters, digits, - and _, and no spaces; up to 64.',
    valueWrong: 'A header value has plain letters, digits and signs only, up to 1024.',
    pathWrong: 'A path begins with / and has plain letters, digits and . _ ~ - only.',
    pathDots: 'A path has no parts “.” or “..”.',
    seconds: 'Enter a whole number from 1 to 86400 (a day).',
    twoMembers: 'Choose at least two credentials.',
    cost: 'A number from 0 to 1000000.',
  },
} as const;
