import { type ReactNode, useId } from 'react';
import type { UsageOverview } from '../../shared/contract/usage.ts';
import { certaintyOf } from '../../shared/usage-words.ts';
import { m } from '../i18n/messages.ts';
import { classes } from '../ui/classes.ts';
import { change, count, duration, exactMoney, money, percent, shortCount, tokensOf } from './figures.ts';
import { isComparable } from './overview-view.ts';
import styles from './usage.module.css';

const t = m.usage.tiles;

/** Where each figure comes from. */
export type TileLinks = Readonly<Record<'spend' | 'requests' | 'tokens' | 'errors' | 'latency' | 'saved', string>>;

/** The figures of the range. Each says how far it is known, and how it stands against the period before. */
export function Tiles({ overview, links }: { readonly overview: UsageOverview; readonly links?: TileLinks }) {
  const { totals, previous } = overview;
  const before = isComparable(overview) ? (previous?.totals ?? null) : null;
  const tokens = tokensOf(totals);
  const cached = [
    [t.input, totals.inputTokens],
    [t.cacheRead, totals.cacheReadTokens],
    [t.cacheWrite, totals.cacheWriteTokens],
    [t.output, totals.outputTokens],
    [t.reasoning, totals.reasoningTokens],
  ] as const;
  const delta = (now: number, then: number | undefined): string | null =>
    before === null || then === undefined ? null : change(now, then);
  return (
    <dl className={styles.tiles} aria-label={t.label}>
      <SpendTile
        totals={totals}
        delta={delta(totals.knownCostMicroUsd, before?.knownCostMicroUsd)}
        href={links?.spend}
      />
      <Tile
        name={t.requests}
        href={links?.requests}
        value={shortCount(totals.requests)}
        title={count(totals.requests)}
        delta={delta(totals.requests, before?.requests)}
      >
        {totals.requests === 0 ? t.none : t.failed(count(totals.failed))}
      </Tile>
      <Tile
        name={t.tokens}
        href={links?.tokens}
        value={shortCount(tokens)}
        title={count(tokens)}
        delta={delta(tokens, before === null ? undefined : tokensOf(before))}
      >
        <details className={styles.more}>
          <summary>{t.more}</summary>
          <ul>
            {cached.map(([name, value]) => (
              <li key={name}>
                <span>{name}</span>
                <span>{count(value)}</span>
              </li>
            ))}
          </ul>
        </details>
      </Tile>
      <ErrorTile
        href={links?.errors}
        rate={totals.errorRate}
        failed={totals.failed}
        before={before?.errorRate ?? null}
        compared={before !== null}
      />
      <Tile
        name={t.latency}
        href={links?.latency}
        value={totals.latency === null ? '–' : duration(totals.latency.p50Ms)}
        unit={totals.latency === null ? undefined : t.p50}
        approximate={totals.latency !== null}
        delta={null}
      >
        {totals.latency === null ? (
          totals.requests === 0 ? (
            t.none
          ) : (
            t.notKept
          )
        ) : (
          <>
            <span className={styles.pair}>
              {t.p95} <b>{duration(totals.latency.p95Ms)}</b>
            </span>
            <span className={styles.pair}>
              {t.p99} <b>{duration(totals.latency.p99Ms)}</b>
            </span>
          </>
        )}
      </Tile>
      <Tile
        name={t.saved}
        href={links?.saved}
        value={totals.cacheSavedMicroUsd === null ? '–' : money(totals.cacheSavedMicroUsd)}
        approximate={totals.cacheSavedMicroUsd !== null && totals.cacheSavedMicroUsd !== 0}
        title={totals.cacheSavedMicroUsd === null ? undefined : exactMoney(totals.cacheSavedMicroUsd)}
        delta={null}
      >
        {totals.cacheSavedMicroUsd === null ? t.notKept : t.estimated}
      </Tile>
    </dl>
  );
}

interface TileProps {
  readonly name: string;
  readonly href: string | undefined;
  readonly value: string;
  /** The same, exactly. */
  readonly title?: string | undefined;
  /** Said after the value, smaller. */
  readonly unit?: string | undefined;
  readonly approximate?: boolean;
  readonly delta: string | null;
  readonly tone?: 'bad' | undefined;
  readonly children?: ReactNode;
}

function Tile({ name, href, value, title, unit, approximate, delta, tone, children }: TileProps) {
  const id = useId();
  return (
    <div className={styles.tile}>
      <dt id={id}>
        {href === undefined ? (
          name
        ) : (
          <a href={href} className={styles.tilelink}>
            {name}
          </a>
        )}
      </dt>
      <dd>
        <span className={styles.figure} title={title}>
          {approximate === true && <span aria-hidden>≈ </span>}
          {value}
        </span>
        {unit !== undefined && <span className={styles.unit}>{unit}</span>}
        {delta !== null && (
          <span className={classes(styles.delta, tone === 'bad' && styles.bad)} title={t.delta(delta)}>
            {delta}
            <span className="visually-hidden"> {t.delta('')}</span>
          </span>
        )}
        <div className={styles.sub}>{children}</div>
      </dd>
    </div>
  );
}

interface SpendProps {
  readonly totals: UsageOverview['totals'];
  readonly delta: string | null;
  readonly href: string | undefined;
}

function SpendTile({ totals, delta, href }: SpendProps) {
  const certainty = certaintyOf(totals);
  const isUnknown = certainty === 'unknown';
  const unpriced = totals.unpriced > 0 ? t.unpriced(count(totals.unpriced), count(totals.requests)) : null;
  const incomplete = totals.incomplete > 0 ? t.incomplete(count(totals.incomplete)) : null;
  return (
    <Tile
      href={href}
      name={certainty === 'at-least' ? `${t.spend}, ${t.atLeast.toLowerCase()}` : t.spend}
      value={isUnknown ? t.unknownCost : money(totals.knownCostMicroUsd)}
      title={isUnknown ? undefined : exactMoney(totals.knownCostMicroUsd)}
      delta={isUnknown ? null : delta}
    >
      {totals.requests === 0
        ? t.none
        : totals.unpriced === totals.requests
          ? t.allUnpriced
          : certainty === 'known'
            ? t.measured
            : [unpriced, incomplete].filter(Boolean).join(' ')}
    </Tile>
  );
}

interface ErrorProps {
  readonly href: string | undefined;
  readonly rate: number | null;
  readonly failed: number;
  readonly before: number | null;
  readonly compared: boolean;
}

function ErrorTile({ href, rate, failed, before, compared }: ErrorProps) {
  const points = rate === null || before === null ? null : (rate - before) * 100;
  const sign = points === null || Math.abs(points) < 0.05 ? null : points > 0 ? '+' : '−';
  const delta = !compared || sign === null || points === null ? null : `${sign}${Math.abs(points).toFixed(1)} pp`;
  return (
    <Tile
      href={href}
      name={t.errors}
      value={rate === null ? '–' : percent(rate)}
      delta={delta}
      tone={sign === '+' ? 'bad' : undefined}
    >
      {rate === null ? t.none : t.failed(count(failed))}
    </Tile>
  );
}
