import { DRIFT_WORDS } from '../../../shared/drift-words.ts';
import { plural } from '../format.ts';

const calls = (count: number): string => plural(count, 'call', 'calls');

/** Usage, "Compare & import". */
export const usageSources = {
  compareTitle: 'Compare with the provider',
  export: 'The comparison',
  compareLead:
    'Asks the provider for its own figures, with a key of yours that may, and puts them beside what was counted here. Days are in UTC, as providers count them.',
  provider: 'Provider',
  from: 'From',
  to: 'To',
  invoice: 'Or an invoice, in $',
  invoiceHint: 'Then it is set beside this sum, and the provider is not asked.',
  invoiceWrong: 'Write dollars, as 41.27.',
  compare: 'Compare',
  noKeys: 'Add a key of a provider first.',
  asked: (ref: string) => `Asked with ${ref}.`,
  drift: 'Drift',
  driftNone: 'none',
  total: 'Whole period',
  byDay: 'By day',
  byModel: 'By model',
  account: 'Account',
  columns: {
    day: 'Day',
    model: 'Model',
    theirs: 'Their cost',
    ours: 'Ours',
    theirTokens: 'Their tokens',
    ourTokens: 'Ours',
    why: 'May come from',
  },
  notTold: 'not told',
  within: (drift: string) => `Ours is within 5 %: ${drift}.`,
  apart: (drift: string) => `Ours is apart by ${drift}.`,
  cannotSay: 'There is no figure on both sides to compare.',
  reasons: DRIFT_WORDS,
  importTitle: 'Import what was not counted here',
  importLead:
    'Each call is taken over once, however often you import. Only figures, models, times and folders are read, never what was said.',
  sources: {
    'claude-code': { title: 'Claude Code', text: 'Session logs in ~/.claude/projects' },
    codex: { title: 'Codex', text: 'Session logs in ~/.codex/sessions' },
    csv: { title: 'Export of a provider', text: 'CSV of OpenAI, Anthropic or OpenRouter' },
  },
  look: 'Look',
  lookAt: (name: string) => `Look what there is of ${name}`,
  choose: 'Choose a file',
  tooLarge: 'This file is too large for the window. Import it with keyharbor usage import csv.',
  working: (files: number, all: number) => `${files} of ${all} files`,
  found: (count: number, days: string) => `${calls(count)} can be imported${days}.`,
  nothing: 'There is nothing new to import.',
  known: (count: number) => `${calls(count)} were imported before.`,
  period: (from: string, to: string) => (from === to ? `, of ${from}` : `, of ${from} to ${to}`),
  calls: 'Calls',
  cost: 'Cost',
  importVerb: (count: number) => `Import ${calls(count)}`,
  done: (count: number) => `${calls(count)} imported`,
} as const;
