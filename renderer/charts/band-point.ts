/** A day of what was and what may come. */
export interface BandPoint {
  readonly key: string;
  /** On the axis. */
  readonly name: string;
  /** Spoken and in the tip. */
  readonly title: string;
  readonly actual: number | null;
  /** Where it would be if a limit were used up evenly; null: there is no limit. */
  readonly ideal: number | null;
  readonly band: { readonly low: number; readonly middle: number; readonly high: number } | null;
}
