import type { ReactNode } from 'react';
import { type ColorIndex, colorToken } from '../charts/colors.ts';
import { Swatch } from '../charts/swatch.tsx';
import { m } from '../i18n/messages.ts';
import { classes } from '../ui/classes.ts';
import { shareText } from './figures.ts';
import styles from './usage.module.css';

export interface Rank {
  readonly key: string;
  readonly name: string;
  /** null: it is not in the picture. */
  readonly color: ColorIndex | null;
  /** Of all in the range, 0 to 1. */
  readonly share: number;
  readonly value: ReactNode;
  readonly exact: string;
  /** There is no share of what is not known. */
  readonly isUnknown: boolean;
  readonly second: string;
  /** null: there is nothing to narrow to. */
  readonly narrow: (() => void) | null;
}

interface Props {
  readonly titles: { readonly name: string; readonly value: string; readonly second: string };
  readonly ranks: readonly Rank[];
  readonly isLines?: boolean;
  readonly lit: string | null;
  readonly onLit: (key: string | null) => void;
}

/** The series of a chart with their sums: its legend, and the way to narrow. */
export function RankTable({ titles, ranks, isLines, lit, onLit }: Props) {
  return (
    <table className={styles.ranks}>
      <thead>
        <tr>
          <th scope="col">{titles.name}</th>
          <th scope="col">{titles.value}</th>
          <th scope="col" className={styles.wide}>
            {titles.second}
          </th>
        </tr>
      </thead>
      <tbody onPointerLeave={() => onLit(null)}>
        {ranks.map(({ key, name, color, share, value, exact, isUnknown, second, narrow }) => (
          <tr key={key} data-lit={lit === key ? '' : undefined} onPointerEnter={() => onLit(key)}>
            <th scope="row">
              <span className={styles.rankname}>
                {color !== null && <Swatch color={color} line={isLines === true} />}
                <RankName name={name} narrow={narrow} onLit={(isLit) => onLit(isLit ? key : null)} />
              </span>
              <span className={styles.bar} aria-hidden>
                <span
                  style={{
                    inlineSize: `${share * 100}%`,
                    background: `var(${colorToken(color ?? 'other')})`,
                  }}
                />
              </span>
            </th>
            <td title={exact}>
              {value}
              <span className={styles.quiet}>{isUnknown ? '–' : shareText(share)}</span>
            </td>
            <td className={styles.wide}>{second}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const isFolder = (name: string): boolean => /^(?:\/|~|[A-Za-z]:\\)/.test(name);

interface NameProps {
  readonly name: string;
  readonly narrow: (() => void) | null;
  readonly onLit: (isLit: boolean) => void;
}

/** Leads to that name alone, where it is one. */
export function RankName({ name, narrow, onLit }: NameProps) {
  if (narrow === null) return <span className={styles.ellipsis}>{name}</span>;
  return (
    <button
      type="button"
      className={classes(styles.ranklink, isFolder(name) && styles.fromend)}
      title={m.usage.narrowTo(name)}
      onFocus={() => onLit(true)}
      onBlur={() => onLit(false)}
      onClick={narrow}
    >
      <bdi>{name}</bdi>
    </button>
  );
}
