import type { QuotaProposal } from '../../../shared/contract/quotas.ts';
import type { ProviderDescriptor } from '../../../shared/provider/descriptor.ts';
import { amountInWords, periodInWords, roundAmountInWords } from '../../../shared/quota-words.ts';
import type { QuotaCounts, QuotaDefinition } from '../../../shared/quotas.ts';
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
    .flatMap((provider) => usualQuota(provider) ?? [])
    .filter(({ definition }) => !limits.some((limit) => isAlike(limit, definition)))
    // A limit on all that is spent covers each provider that charges.
    .filter(({ definition }) => definition.counts !== 'cost' || !limits.some(isOnAllCost));
  const demo = (hasSystem ? demoQuotas() : []).filter(
    ({ definition }) => !limits.some((limit) => isAlike(limit, definition)),
  );
  return [...changes, ...[...usual, ...demo].map(newOf)];
}

/** Whether one counts what the other counts, of the same: a limit on requests says nothing of cost. */
function isAlike(one: QuotaDefinition, other: QuotaDefinition): boolean {
  if (one.counts !== other.counts || one.scope.kind !== other.scope.kind) return false;
  return one.scope.kind !== 'provider' || one.scope.provider === (other.scope as typeof one.scope).provider;
}

const isOnAllCost = ({ scope, counts }: QuotaDefinition): boolean => scope.kind === 'all' && counts === 'cost';

/** What a limit rests on, without a stop at its end. */
export function seenInWords({ periods, highest, typical }: Fitting, counts: QuotaCounts): string {
  const seen = (amount: number): string => roundAmountInWords(amount, counts);
  if (periods === 1) return `The one period that is over took ${seen(highest)}`;
  return `The most in ${periods} periods was ${seen(highest)}, usually ${seen(typical)}`;
}

function changeOf({ id, definition }: Known['quotas'][number], fit: Fitting): QuotaProposal {
  const { counts, period, limit } = definition;
  const told = (amount: number) => amountInWords(amount, counts);
  const most = seenInWords(fit, counts);
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
