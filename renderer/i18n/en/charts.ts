export const charts = {
  asChart: 'Chart',
  asTable: 'Table',
  shownAs: (title: string) => `Show ${title} as`,
  /** Name of the control that goes through the points of a chart. */
  cursor: (title: string) => `Points of ${title}`,
  point: (slot: string, series: string, value: string) => `${slot}, ${series}: ${value}`,
  slot: (slot: string, total: string, parts: readonly string[], notes: readonly string[]) =>
    [`${slot}: ${total}`, ...parts, ...notes].join('. '),
  notCollected: 'not collected yet',
  before: 'Period before',
  marked: 'Out of the usual',
  hatched: 'Not collected yet',
  signs: {
    before: 'Short lines: the period before.',
    beforeSum: 'Dashed: the period before.',
    marked: 'Diamonds: out of the usual.',
    hatched: 'Hatched: not collected yet.',
  },
  pickHint: 'Click or Enter shows the requests.',
  pickOneHint: 'Enter shows these requests.',
} as const;
