import { plural } from '../format.ts';

const keys = (count: number): string => plural(count, 'key', 'keys');
const clients = (count: number): string => plural(count, 'client', 'clients');
const andMore = (names: readonly string[], count: number): string =>
  count > names.length ? `${names.join(', ')} and ${count - names.length} more` : names.join(', ');

export const backups = {
  title: 'Copies of the vault',
  text: 'One is made a day while the vault is open, and checked; the last 7 are kept, besides the last 3 of your own and the last 3 from before an update of the layout. They lie in the folder “backups” of the vault’s own folder, encrypted like it: copy that folder to another disk, too.',
  make: 'Back up now',
  made: 'Backed up and checked.',
  show: 'Show backups',
  list: 'Backups',
  listText: 'The newest first. Each opens with the password, or the recovery code, of its day.',
  none: 'There is none yet. The first is made a minute after your first key.',
  kinds: { daily: 'Daily', migration: 'Before an update of the layout', made: 'Your own' },
  states: { 'as-made': 'Checked when made', whole: 'Verifies', damaged: 'Damaged', checking: 'Checking …' },
  check: 'Check',
  checkNamed: (when: string) => `Check the backup of ${when}`,
  checkAll: 'Check all',
  checked: (when: string, keyCount: number, clientCount: number) =>
    `The backup of ${when} verifies: ${keys(keyCount)}, ${clients(clientCount)}.`,
  checkedBad: (when: string) => `The backup of ${when} is damaged. It cannot be put back.`,
  checkedAll: (count: number) => (count === 1 ? 'The backup verifies.' : `All ${count} backups verify.`),
  checkedSome: (bad: number, count: number) => `${bad} of ${plural(count, 'backup', 'backups')} damaged.`,
  restore: 'Put back …',
  restoreNamed: (when: string) => `Put back the backup of ${when}`,
  restoreKeptNamed: (when: string) => `Put back the vault that was replaced on ${when}`,

  kept: 'Kept by a restore',
  keptText:
    'What stood in the vault’s place before a backup was put back. Nothing of it is removed by itself; when all is well, remove it.',
  keptOn: (when: string) => `Replaced ${when}`,
  keptWhole: 'Can be put back',
  keptPart: 'Only a part of a vault',
  remove: 'Remove …',
  removeNamed: (when: string) => `Remove what was replaced on ${when}`,
  removeTitle: (when: string) => `Remove what was replaced on ${when}?`,
  removeText: 'Keys and changes that are only in it are lost for good. The vault and the backups stay.',
  removeVerb: 'Remove for good',
  removed: 'Removed.',

  restoreTitle: (when: string) => `Put back the backup of ${when}?`,
  restoreKeptTitle: (when: string) => `Put back what was replaced on ${when}?`,
  checking: 'The copy is opened and read …',
  verifies: (keyCount: number, clientCount: number) =>
    `It verifies, and holds ${keys(keyCount)} and ${clients(clientCount)}.`,
  damagedTitle: 'This backup does not verify',
  damagedText: 'It is damaged or cannot be read, so it is not put back. Take another one.',
  gone: (count: number, names: readonly string[]) =>
    `${plural(count, 'key is', 'keys are')} not in it, and will be gone: ${andMore(names, count)}.`,
  older: (count: number, names: readonly string[]) =>
    `${plural(count, 'key was', 'keys were')} changed since, and will be as then, older values too: ${andMore(names, count)}.`,
  again: (count: number, names: readonly string[]) =>
    `${plural(count, 'key', 'keys')} will be there again: ${andMore(names, count)}.`,
  clientsAgain: (count: number, names: readonly string[]) =>
    `${plural(count, 'client', 'clients')} will work again: ${andMore(names, count)}.`,
  sameKeys: 'The same keys are in it, with the same values.',
  changes: 'What changes',
  replaces:
    'Keys, versions, clients, grants, routing, quotas, webhooks, own providers, settings and the activity log become those of that day.',
  revoked: 'Clients and grants that you revoked since then work again: revoke them anew.',
  locks: 'The vault locks, and calls through the endpoint are cut. It opens with the password of that day.',
  stays: 'What stays',
  keeps:
    'What stands there now, newer keys and changes with it, is kept beside the backups. It is listed in Settings afterwards, and can be put back the same way where it is whole.',
  usageStays: 'Usage records and the backups stay as they are.',
  headerOnly: 'Where only the header of the vault is damaged, only that is replaced, and nothing is lost.',
  secret: 'Master password, or recovery code, of that day',
  secretNeeded: 'Enter the password, or the recovery code, of that day.',
  secretWrong: 'Wrong password, or not the recovery code of that day',
  verb: 'Put it back',

  lost: 'Put a backup back',
  lostLead: 'A copy takes the place of the vault. It is opened and read whole first.',
  brokenTitle: 'The vault is damaged',
  brokenLead: 'It cannot be opened as it is. Put a backup back: nothing of what is there is deleted.',
  which: 'Which backup',
  whichHint: 'A newest one that does not verify is passed over.',
  newest: (when: string) => `The newest · ${when}`,
  option: (when: string, kind: string, size: string, damaged: boolean) =>
    `${when} · ${kind} · ${size}${damaged ? ' · damaged' : ''}`,
  optionKept: (when: string, size: string) => `Replaced ${when} · ${size}`,
  noneTitle: 'There is no backup here',
  noneText:
    'Before anything else copy the vault’s folder. If you have a copy of it elsewhere: end Keyharbor, put that copy in its place, and start again.',
  backToPassword: 'Back to the password',

  doneTitle: (when: string) => `The backup of ${when} is in place`,
  doneHolds: (keyCount: number, clientCount: number) =>
    `It holds ${keys(keyCount)} and ${clients(clientCount)}. Unlock with the password of that day.`,
  doneHeader: 'The database was whole and stayed: only its header was replaced, and nothing is lost.',
  donePassedOver: (count: number) =>
    count === 1
      ? 'The newest backup does not verify and was passed over.'
      : `The ${count} newest backups do not verify and were passed over.`,
  doneKept: 'What stood here before is kept: Settings, Backups.',
} as const;
