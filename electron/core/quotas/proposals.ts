import type { QuotaProposal } from '../../../shared/contract/quotas.ts';
import type { ProviderDescriptor } from '../../../shared/provider/descriptor.ts';
import { amountInWords, periodInWords } from '../../../shared/quota-words.ts';
import type { QuotaDefinition } from '../../../shared/quotas.ts';
import type { Fitting } from './fitting-limit.ts';
import { demoQuotas, usualQuota } from './usual-limits.ts';

interface Known {
  readonly quotas: readonly { readonly id: string; readonly definition: QuotaDefinition }[];
  readonly fitting: readonly Fitting[];
  /** Those of which the owner keeps a credential. */
  readonly providers: readonly Pick<ProviderDescriptor, 'id' | 'name' | 'category'>[];
  readonly hasSystem: boolean;
}

/** What would fit better than what there is, and what is not limited at all. Nothing is done by it. */
export function proposalsOf({ quotas, fitting, providers, hasSystem }: Known): QuotaProposal[] {
  const changes = fitting.flatMap((fit) => {
    const quota = quotas.find(({ id }) => id === fit.id);
    return quota === undefined ? [] : [changeOf(quota, fit)];
  });
  const limits = quotas.filter(({ definition }) => definition.enabled).map(({ definition }) => definition);
  const usual = providers
    .filter(({ id }) => !limits.some(({ scope }) => scope.kind === 'provider' && scope.provider === id))
    .flatMap((provider) => usualQuota(provider) ?? [])
    // A limit on all that is spent covers each provider that charges.
    .filter(({ definition }) => definition.counts !== 'cost' || !limits.some(isOnAllCost));
  const demo = hasSystem && !limits.some(({ scope }) => scope.kind === 'system') ? demoQuotas() : [];
  return [...changes, ...[...usual, ...demo].map(newOf)];
}

const isOnAllCost = ({ scope, counts }: QuotaDefinition): boolean => scope.kind === 'all' && counts === 'cost';

function changeOf({ id, definition }: Known['quotas'][number], fit: Fitting): QuotaProposal {
  const { counts, period, limit } = definition;
  const told = (amount: number) => amountInWords(amount, counts);
  const most = `The most in ${fit.periods === 1 ? 'the one period' : `${fit.periods} periods`} was ${told(fit.highest)}, usually ${told(fit.typical)}`;
  const why =
    fit.limit > limit
      ? `${most}; the limit is ${told(limit)} ${periodInWords(period)}.`
      : `${most}: a limit of ${told(limit)} ${periodInWords(period)} would stop a mistake late.`;
  return {
    id: `change:${id}:${fit.limit}`,
    kind: 'change',
    quota: id,
    definition: { ...definition, limit: fit.limit },
    limitNow: limit,
    because: why,
    seen: {
      from: new Date(fit.fromMs).toISOString(),
      to: new Date(fit.toMs).toISOString(),
      periods: fit.periods,
      typical: fit.typical,
      highest: fit.highest,
    },
  };
}

function newOf({ definition, because }: { definition: QuotaDefinition; because: string }): QuotaProposal {
  const { scope, counts } = definition;
  const about = scope.kind === 'provider' ? scope.provider : scope.kind;
  return { id: `new:${about}:${counts}`, kind: 'new', quota: null, definition, limitNow: null, because, seen: null };
}
