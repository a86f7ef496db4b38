interface Measured {
  readonly used: number;
  readonly reserved: number;
  readonly limit: number;
  /** Of `limit`: only for critical calls. */
  readonly kept: number;
  /** In percent of what is not kept. */
  readonly levels: readonly number[];
}

/** What a bar is made of, in percent of its length. */
interface BarParts {
  readonly spent: number;
  /** Behind what is spent. */
  readonly held: number;
  /** At the end of the bar; critical calls that draw on it are drawn over it. */
  readonly kept: number;
  readonly marks: readonly { readonly level: number; readonly at: number }[];
}

export function barParts({ used, reserved, limit, kept, levels }: Measured): BarParts {
  const share = (amount: number): number => (limit === 0 ? 100 : Math.min(100, (amount / limit) * 100));
  const spent = share(used);
  const keptShare = limit === 0 ? 0 : share(kept);
  const marks = levels.flatMap((level) => {
    const at = (level * (100 - keptShare)) / 100;
    return at > 0 && at < 100 && (level < 100 || keptShare > 0) ? [{ level, at }] : [];
  });
  return { spent, held: Math.min(share(reserved), 100 - spent), kept: keptShare, marks };
}
