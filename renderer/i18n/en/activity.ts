import type { AuditEntry } from '../../../shared/contract/audit.ts';
import type { AuditArea } from '../../../shared/audit-words.ts';
import { formatNumber, plural } from '../format.ts';

export const activity = {
  title: 'Activity',
  lead: 'Everything that touched this vault. Entries are only ever added, and each one is sealed with the one before.',
  filters: 'Filters',
  area: 'About',
  allAreas: 'Everything',
  areas: {
    vault: 'Vault',
    keys: 'Keys',
    clients: 'Clients and grants',
    endpoint: 'Endpoint',
    settings: 'Settings',
  } satisfies Record<AuditArea, string>,
  who: 'Who',
  anybody: 'Anybody',
  doors: { ui: 'Window', cli: 'Command line', system: 'Keyharbor' },
  result: 'Result',
  allResults: 'Any result',
  results: { ok: 'Done', refused: 'Refused', failed: 'Failed' } satisfies Record<AuditEntry['result'], string>,
  from: 'From',
  to: 'To',
  clear: 'Clear filters',
  list: 'What was done, newest first',
  columns: { time: 'Time', who: 'Who', what: 'What', on: 'On', result: 'Result' },
  none: 'Nothing fits these filters.',
  more: 'Show older',
  shown: (count: number) => plural(count, 'entry shown', 'entries shown'),
  verify: 'Verify chain',
  verifying: 'Verifying …',
  whole: (entries: number) =>
    `The log is whole: ${plural(entries, 'entry', 'entries')}, each follows from the one before.`,
  broken: (firstBad: number) => `Entry ${formatNumber(firstBad)} does not follow from the ones before.`,
  brokenText: 'Something changed this log from outside. Compare it with a copy that you exported, or with a backup.',
  save: 'Export',
  saving: 'Exporting …',
  saved: (fileName: string) => `Saved ${fileName}`,
  savedIn: (entries: number, folder: string) =>
    `${plural(entries, 'entry', 'entries')} in ${folder}. Only you can read the file.`,
} as const;
