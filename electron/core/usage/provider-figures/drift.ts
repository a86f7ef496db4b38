import type { ProviderFigures, ReconcileRow } from '../../../../shared/contract/usage-figures.ts';
import { dateOfDay } from '../reporting-days.ts';
import type { ToldFigures } from './figure-pages.ts';
import type { OwnFigures } from './own-figures.ts';

type Reason = ReconcileRow['reasons'][number];

/** What a provider told of something, added up. */
export interface Told extends ProviderFigures {
  readonly otherMicroUsd: number;
}
const NOT_TOLD: Told = {
  requests: null,
  inputTokens: null,
  cacheReadTokens: null,
  cacheWriteTokens: null,
  outputTokens: null,
  costMicroUsd: null,
  otherMicroUsd: 0,
};

const plus = (one: number | null, other: number | null | undefined): number | null =>
  other === null || other === undefined ? one : (one ?? 0) + other;

/** What is not told in any part stays unknown. */
export function toldTogether(figures: readonly ToldFigures[]): Told {
  return figures.reduce<Told>(
    (sum, { requests, tokens, costMicroUsd, other }) => ({
      requests: plus(sum.requests, requests),
      inputTokens: plus(sum.inputTokens, tokens?.input),
      cacheReadTokens: plus(sum.cacheReadTokens, tokens?.cacheRead),
      cacheWriteTokens: plus(sum.cacheWriteTokens, tokens?.cacheWrite),
      outputTokens: plus(sum.outputTokens, tokens?.output),
      costMicroUsd: plus(sum.costMicroUsd, costMicroUsd),
      otherMicroUsd: sum.otherMicroUsd + (other ? (costMicroUsd ?? 0) : 0),
    }),
    NOT_TOLD,
  );
}

export interface Compared {
  readonly day: number | null;
  readonly model: string | null;
  /** The period or day is not over, or so fresh that figures come late. */
  readonly partial: boolean;
}

/** Tokens that differ by less are the same: both sides round and cut days. */
const SAME_PERCENT = 0.5;
const NO_DRIFT_PERCENT = 0.05;

/** Puts ours beside theirs, with the drift and what it may come from. */
export function comparedRow(what: Compared, told: Told, own: OwnFigures): ReconcileRow {
  const { otherMicroUsd: _, ...theirs } = told;
  const { driftOf, driftPercent } = driftBetween(told, own);
  return {
    day: what.day === null ? null : dateOfDay(what.day),
    model: what.model,
    theirs,
    ours: {
      requests: own.requests,
      inputTokens: own.inputTokens,
      cacheReadTokens: own.cacheReadTokens,
      cacheWriteTokens: own.cacheWriteTokens,
      outputTokens: own.outputTokens,
      costMicroUsd: own.costMicroUsd,
    },
    driftPercent,
    driftOf,
    reasons: driftPercent !== null && Math.abs(driftPercent) < NO_DRIFT_PERCENT ? [] : reasonsOf(what, told, own),
  };
}

function driftBetween(told: Told, own: OwnFigures): Pick<ReconcileRow, 'driftOf' | 'driftPercent'> {
  if (told.costMicroUsd !== null) return driftIn('cost', told.costMicroUsd, own.costMicroUsd);
  const tokens = tokensOf(told);
  if (tokens !== null) return driftIn('tokens', tokens, ownTokens(own));
  if (told.requests !== null) return driftIn('requests', told.requests, own.requests);
  return { driftOf: null, driftPercent: null };
}

function driftIn(driftOf: 'cost' | 'tokens' | 'requests', theirs: number, ours: number) {
  return { driftOf, driftPercent: percent(theirs, ours) };
}

/** null: they have none and we have some, which no percentage can say. */
function percent(theirs: number, ours: number): number | null {
  if (theirs === 0) return ours === 0 ? 0 : null;
  return Math.round(((ours - theirs) / theirs) * 10_000) / 100;
}

function tokensOf({ inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens }: Told): number | null {
  if (inputTokens === null && outputTokens === null) return null;
  return (inputTokens ?? 0) + (cacheReadTokens ?? 0) + (cacheWriteTokens ?? 0) + (outputTokens ?? 0);
}

function ownTokens({ inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens }: OwnFigures): number {
  return inputTokens + cacheReadTokens + cacheWriteTokens + outputTokens;
}

function reasonsOf({ partial }: Compared, told: Told, own: OwnFigures): Reason[] {
  const reasons: Reason[] = [];
  const theirs = tokensOf(told);
  const ours = ownTokens(own);
  const apart = theirs === null ? null : percent(theirs, ours);
  const same = apart !== null && Math.abs(apart) <= SAME_PERCENT;
  if (partial) reasons.push('partial-day');
  if (theirs === null && own.requests === 0) reasons.push('missing-calls');
  if (theirs !== null && !same) reasons.push(ours < theirs ? 'missing-calls' : 'other-account');
  if (own.unpriced > 0) reasons.push('unpriced');
  if (own.incomplete > 0) reasons.push('incomplete');
  if (told.otherMicroUsd > 0) reasons.push('other-costs');
  const cached = told.cacheReadTokens === null ? null : percent(told.cacheReadTokens, own.cacheReadTokens);
  if (same && cached !== null && Math.abs(cached) > SAME_PERCENT) reasons.push('cached-split');
  if (same && told.costMicroUsd !== null && reasons.length === 0) reasons.push('price-differs');
  return reasons;
}
