import type { CheckResult } from '../shared/contract/schemas.ts';
import { Exit } from './fail.ts';
import { plain } from './table.ts';

/** The provider says no, or could not be asked. */
const NOT_VALID = 6;

/** What `test --json` prints of a check. */
export function testFields(check: CheckResult): Record<string, unknown> {
  const { ref, result, latencyMs, detail, checkedAt } = check;
  return { ref, result, latencyMs, detail, checkedAt };
}

export function describeCheck(check: CheckResult): string {
  const took = check.latencyMs === null ? '' : ` in ${Math.round(check.latencyMs)} ms`;
  const cached = check.cached ? ' (from an earlier test; --force asks again)' : '';
  const lines = [`${check.ref}: ${check.result}${took}${cached}`, check.detail, check.hint];
  const facts = check.facts.map(({ label, value }) => `${label}: ${value}`);
  return [...lines, ...facts]
    .filter((line) => line !== '')
    .map((line, index) => (index === 0 ? plain(line) : `  ${plain(line)}`))
    .join('\n');
}

/** @throws Exit 6 unless all are valid. */
export function requireValid(results: readonly string[]): void {
  if (results.some((result) => result !== 'valid')) throw new Exit(NOT_VALID);
}
