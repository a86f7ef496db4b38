import type { ProviderDescriptor } from '../../../shared/provider/descriptor.ts';
import { type QuotaDefinition, quotaDefinition } from '../../../shared/quotas.ts';

/**
 * Limits to begin with, by provider: what the provider itself allows, so that a loop is stopped here before it is stopped
 * there; else, for a provider that charges, a sum of money that a mistake may cost. Proposals only.
 */
interface Usual {
  readonly counts: QuotaDefinition['counts'];
  readonly every: 'minute' | 'hour' | 'day' | 'month';
  readonly limit: number;
  readonly because: string;
}

const OWN: Readonly<Record<string, Usual>> = {
  // docs.github.com, "Rate limits for the REST API": personal access tokens
  github: { counts: 'requests', every: 'hour', limit: 5000, because: 'GitHub allows 5,000 requests an hour.' },
  // docs.gitlab.com, "Rate limits on GitLab.com": authenticated API traffic
  gitlab: { counts: 'requests', every: 'minute', limit: 2000, because: 'GitLab.com allows 2,000 requests a minute.' },
  // developers.cloudflare.com, "API rate limits": 1,200 in five minutes
  cloudflare: {
    counts: 'requests',
    every: 'minute',
    limit: 240,
    because: 'Cloudflare allows 1,200 requests in five minutes.',
  },
  // developers.notion.com, "Request limits": an average of three a second
  notion: { counts: 'requests', every: 'minute', limit: 180, because: 'Notion allows three requests a second.' },
  // core.telegram.org/bots/faq: about 30 messages a second
  telegram: {
    counts: 'requests',
    every: 'minute',
    limit: 1800,
    because: 'Telegram allows a bot about 30 messages a second.',
  },
  // discord.com/developers, "Global rate limit": 50 a second
  discord: { counts: 'requests', every: 'minute', limit: 3000, because: 'Discord allows 50 requests a second.' },
};

const CHARGED: Readonly<Record<string, number>> = { llm: 20, audio: 20, captcha: 10 };

/** null: nothing is known that would fit this provider. */
export function usualQuota({
  id,
  name,
  category,
}: Pick<ProviderDescriptor, 'id' | 'name' | 'category'>): { definition: QuotaDefinition; because: string } | null {
  const dollars = CHARGED[category];
  const usual: Usual | undefined =
    OWN[id] ??
    (dollars === undefined
      ? undefined
      : {
          counts: 'cost',
          every: 'month',
          limit: dollars * 1e6,
          because: `Nothing limits what ${name} may cost; $${dollars} a month is a place to begin.`,
        });
  if (usual === undefined) return null;
  const { counts, every, limit, because } = usual;
  const definition = quotaDefinition.parse({
    name: `${name}: ${counts} a ${every}`,
    counts,
    scope: { kind: 'provider', provider: id },
    period: { every },
    limit,
  });
  return { definition, because };
}

/** The demo quota: what system credentials give to those who have none of their own. */
export function demoQuotas(): { definition: QuotaDefinition; because: string }[] {
  const because = 'System credentials are used by whoever has none of their own; nothing limits that yet.';
  const demo = (counts: 'requests' | 'tokens', every: 'day' | 'month', limit: number) => ({
    definition: quotaDefinition.parse({
      name: `Demo: ${counts} a ${every}`,
      counts,
      scope: { kind: 'system' },
      period: { every },
      limit,
    }),
    because,
  });
  return [demo('requests', 'day', 100), demo('tokens', 'month', 1_000_000)];
}
