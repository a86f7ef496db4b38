import type { ReconcileRow } from '../../shared/contract/usage-figures.ts';
import { m } from '../i18n/messages.ts';
import { count, exactMoney } from '../usage/figures.ts';

const t = m.usageSources;
const DAY_MS = 24 * 3_600_000;
const CLOSE_PERCENT = 5;

type Figures = ReconcileRow['theirs'];

export const costText = ({ costMicroUsd }: Figures): string =>
  costMicroUsd === null ? t.notTold : exactMoney(costMicroUsd);

export function tokensText({ inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens }: Figures): string {
  if (inputTokens === null && outputTokens === null) return t.notTold;
  const parts = [inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens];
  return count(parts.reduce<number>((sum, part) => sum + (part ?? 0), 0));
}

/** "+1.2 %", with a true minus; empty where it cannot be said. */
export function driftText(percent: number | null): string {
  if (percent === null) return '';
  if (percent === 0) return t.driftNone;
  const sign = percent > 0 ? '+' : '−';
  return `${sign}${Math.abs(percent)} %`;
}

export const reasonsText = ({ reasons }: ReconcileRow): string => reasons.map((reason) => t.reasons[reason]).join(', ');

/** Whether ours can be believed, in a sentence. */
export function verdict({ driftPercent }: ReconcileRow): {
  readonly tone: 'ok' | 'warn' | 'info';
  readonly text: string;
} {
  if (driftPercent === null) return { tone: 'info', text: t.cannotSay };
  const drift = driftText(driftPercent);
  return Math.abs(driftPercent) <= CLOSE_PERCENT
    ? { tone: 'ok', text: t.within(drift) }
    : { tone: 'warn', text: t.apart(drift) };
}

/** The last 30 days that are over, in UTC. */
export function lastDays(nowMs: number): { readonly from: string; readonly to: string } {
  const day = (atMs: number) => new Date(atMs).toISOString().slice(0, 10);
  return { from: day(nowMs - 30 * DAY_MS), to: day(nowMs - DAY_MS) };
}

/** Dollars as typed, as micro-USD; undefined: nothing typed; null: no amount. */
export function invoiceOf(typed: string): number | null | undefined {
  const text = typed.trim();
  if (text === '') return undefined;
  const match = /^\$?(\d{1,6})(?:\.(\d{1,6}))?$/.exec(text);
  return match === null ? null : Number(match[1]) * 1_000_000 + Number((match[2] ?? '').padEnd(6, '0'));
}
