import type { CredentialSummary } from '../shared/contract/schemas.ts';
import { AppError } from '../shared/errors.ts';
import type { AgentClient } from './agent-client.ts';
import { noTerminal } from './output.ts';
import { ask, canAsk } from './terminal.ts';

type Tested = Pick<CredentialSummary, 'provider' | 'authKind'>;

export interface TestCost {
  readonly microUsd: number;
  /** How many of the tests cost something. */
  readonly tests: number;
}

/** What testing these may cost at their providers, by the catalogue. */
export async function testCost(agent: AgentClient, credentials: readonly Tested[]): Promise<TestCost> {
  const providers = new Map((await agent.call('providers.list', {})).map((provider) => [provider.id, provider]));
  const costs = credentials
    .map(({ provider, authKind }) => providers.get(provider)?.auth.find(({ kind }) => kind === authKind))
    .map((kind) => kind?.check?.costMicroUsd ?? 0)
    .filter((microUsd) => microUsd > 0);
  return { microUsd: costs.reduce((sum, microUsd) => sum + microUsd, 0), tests: costs.length };
}

/** "The provider charges up to $0.0020 for this test." Null where all is free. */
export function describeCost({ microUsd, tests }: TestCost): string | null {
  if (tests === 0) return null;
  const what = tests === 1 ? 'a test' : `${tests} tests`;
  return `Providers charge up to $${(microUsd / 1_000_000).toFixed(4)} for ${what}.`;
}

/**
 * Before anything that costs something is sent.
 * @throws AppError `invalid_input` where nobody can be asked, `forbidden` after a no: nothing was sent.
 */
export async function agreeToCost(cost: TestCost): Promise<void> {
  const told = describeCost(cost);
  if (told === null) return;
  if (!canAsk()) throw noTerminal('A yes', `${told} Add --yes to agree. Nothing was sent.`);
  const answer = await ask(`${told} Go on? [y/N] `, true);
  if (!/^(?:y|yes)$/i.test(answer.trim())) throw new AppError('forbidden', 'Nothing was sent.');
}
