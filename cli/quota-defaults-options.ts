import type { Input } from '../shared/contract/methods.ts';
import { slowFromPercent, THROTTLE_CURVES, throttleCurve, warnLevels } from '../shared/quotas.ts';
import { usage } from './fail.ts';
import { levels, percent } from './quota-amounts.ts';

/** What changes the settings that quotas follow, for `quota defaults`. */
export interface DefaultsOptions {
  readonly warnAt?: string;
  readonly slowFrom?: string;
  readonly slowMax?: string;
  readonly slowCurve?: string;
}

type Changes = NonNullable<Input<'settings.set'>['vault']>;

/** Empty where nothing is to change. @throws AppError `invalid_input` that names the option. */
export function defaultsFrom({ warnAt, slowFrom, slowMax, slowCurve }: DefaultsOptions): Changes {
  return {
    ...(warnAt === undefined ? {} : { quotaWarnAt: levelsOf(warnAt) }),
    ...(slowFrom === undefined ? {} : { quotaSlowFromPercent: percentOf(slowFrom) }),
    ...(slowCurve === undefined ? {} : { quotaSlowCurve: curveOf(slowCurve) }),
    ...(slowMax === undefined ? {} : { quotaSlowMaxSeconds: secondsOf(slowMax) }),
  };
}

function levelsOf(text: string): number[] {
  const found = warnLevels.safeParse(levels(text));
  if (found.success) return found.data;
  throw usage('--warn-at takes up to eight different percentages from 1 to 100.', 'For example 75,90,100, or none.');
}

function percentOf(text: string): number {
  const found = slowFromPercent.safeParse(percent(text, '--slow-from'));
  if (found.success) return found.data;
  throw usage('--slow-from takes 1 to 99 percent.');
}

function curveOf(text: string): (typeof THROTTLE_CURVES)[number] {
  const found = throttleCurve.safeParse(text);
  if (found.success) return found.data;
  throw usage('--slow-curve is no curve.', `One of ${THROTTLE_CURVES.join(', ')}.`);
}

function secondsOf(text: string): number {
  const seconds = Number(/^([0-9]{1,2})s?$/.exec(text)?.[1] ?? Number.NaN);
  if (seconds >= 1 && seconds <= 60) return seconds;
  throw usage('--slow-max takes whole seconds from 1 to 60.', 'For example 5s.');
}
