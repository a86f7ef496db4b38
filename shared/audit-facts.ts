/** The facts of an entry of the audit log, for people. */
type Fact = string | number | boolean;
type Meta = Readonly<Record<string, Fact>>;

/** What stands before the value. Without a line here a name is told as it is written, in words. */
const NAMES: Readonly<Record<string, string>> = {
  at: 'at',
  autoLockMinutes: 'locks after minutes',
  caller: 'asked by',
  changed: 'changed',
  clipboardSeconds: 'clipboard is cleared after seconds',
  count: 'times',
  counts: 'counts',
  days: 'days left',
  desktop: 'on the desktop',
  ends: 'until',
  files: 'files',
  form: 'as',
  from: 'from',
  grant: 'grant',
  grants: 'grants',
  host: 'host',
  hosts: 'hosts',
  kind: 'kind',
  known: 'already known',
  later: 'later',
  minute: 'in the minute of',
  moves: 'keys moved',
  newMicroUsd: 'spend after',
  newVersion: 'new version',
  oldMicroUsd: 'spend before',
  outcome: 'outcome',
  overlapHours: 'old secret holds for hours',
  per: 'priced by',
  prices: 'prices',
  recorded: 'recorded',
  reportingZone: 'days of',
  usageRecordDays: 'single calls are kept for days',
  status: 'status',
  to: 'to',
  why: 'because',
  reason: 'because',
};

/** A fact that is either so or not. */
const SO: Readonly<Record<string, readonly [so: string, not: string]>> = {
  clockWentBack: ['the clock went back', ''],
  damaged: ['part of it was damaged', ''],
  desktopDetails: ['with details', 'without details'],
  deviceBound: ['tied to this computer', 'not tied to this computer'],
  firstSteps: ['first steps shown', 'first steps hidden'],
  later: ['told later', ''],
  local: ['a local address', ''],
  moved: ['to another address', ''],
  newBaseUrl: ['new base URL', ''],
  on: ['switched on', 'switched off'],
  own: ['an own list', ''],
  pinned: ['on Home', ''],
  quiet: ['with quiet hours', ''],
  replaced: ['the password was replaced', 'the password stays'],
  unauthenticated: ['noted while locked', ''],
};

const WORDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  answer: { once: 'once', deny: 'denied' },
  form: { value: 'its value', proxy: 'calls through the proxy' },
  outcome: {
    valid: 'works',
    invalid_format: 'not of this kind',
    invalid_key: 'refused by the provider',
    expired: 'expired',
    insufficient_permission: 'not permitted',
    quota_exceeded: 'quota used up',
    rate_limited: 'too many calls',
    provider_unavailable: 'provider not reached',
    timeout: 'no answer in time',
  },
  reason: {
    asked: 'it was asked for',
    idle: 'nobody was there',
    'screen-lock': 'the screen was locked',
    suspend: 'the computer went to sleep',
    failures: 'the password was wrong too often',
    restore: 'a backup was put back',
    quit: 'the program ended',
    grant: 'it has no grant for that',
    rate: 'too many in a short time',
    'in-flight': 'too many at once',
    'no-token': 'it showed no token',
    refused: 'it was refused',
    browser: 'it came from a web page',
    host: 'it was sent to another host',
    request: 'it was malformed',
    'token-in-url': 'the token stood in the address',
    'several-tokens': 'it showed several tokens',
  },
  why: {
    returned: 'the run ended',
    revoked: 'it was revoked',
    moved: 'the key moved',
    locked: 'the vault was locked',
    expired: 'its time was over',
  },
};

const own = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

/** All digits that count: a change of less than a cent is one. */
const dollars = (micro: number): string => `$${(micro / 1e6).toFixed(6).replace(/0{1,4}$/, '')}`;

/** Without what a person does not read. @param rfc3339 - in UTC. */
const inUtc = (rfc3339: string): string => `${rfc3339.slice(0, 10)} ${rfc3339.slice(11, 16)} UTC`;
type MomentWords = typeof inUtc;

/** Money is told in dollars. */
function valueInWords(name: string, value: Fact, moment: MomentWords = inUtc): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (name.endsWith('MicroUsd') && typeof value === 'number') return dollars(value);
  if (typeof value === 'number') return String(value);
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(value)) return moment(value);
  const known = own(own(WORDS, name) ?? {}, value);
  if (known !== undefined) return known;
  return name === 'changed' || name === 'desktop' || name === 'hosts' || name === 'grants'
    ? value
        .split(/[\s,]+/)
        .map(spaced)
        .join(', ')
    : value;
}

function factInWords(name: string, value: Fact, moment: MomentWords): string {
  const so = own(SO, name);
  if (so !== undefined && typeof value === 'boolean') return value ? so[0] : so[1];
  if (value === '') return '';
  if (name === 'count' && typeof value === 'number') return value === 1 ? 'once' : `${value} times`;
  return `${own(NAMES, name) ?? spaced(name)}: ${valueInWords(name, value, moment)}`;
}

/** What a quota limits is one fact of two: micro-USD, tokens or requests. */
function limitInWords({ counts, limit, ...rest }: Meta): Meta {
  if (typeof limit !== 'number' || typeof counts !== 'string') return { ...rest, ...given({ counts, limit }) };
  const amount = counts === 'cost' ? valueInWords('MicroUsd', limit) : `${limit.toLocaleString('en')} ${counts}`;
  return { ...rest, limit: amount };
}

const given = (facts: Readonly<Record<string, Fact | undefined>>): Meta =>
  Object.fromEntries(Object.entries(facts).flatMap(([name, fact]) => (fact === undefined ? [] : [[name, fact]])));

/**
 * `because: nobody was there; 3 times`. Empty where there are no facts.
 * @param target - as it is shown beside them: it is not told twice.
 * @param moment - how times are told, where they stand beside others.
 */
export function factsInWords(meta: Meta, target: string | null = null, moment: MomentWords = inUtc): string {
  return Object.entries(limitInWords(meta))
    .filter(([name, value]) => !((name === 'name' || name === 'host') && value === target))
    .map(([name, value]) => factInWords(name, value, moment))
    .filter((text) => text !== '')
    .join('; ');
}

/** `clockWentBack` as `clock went back`. */
const spaced = (name: string): string => name.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
