import type { ProviderDescriptor } from '../../../shared/provider/descriptor.ts';

export type ProviderUsage = NonNullable<ProviderDescriptor['usage']>;

/**
 * How a provider's answers are metered. An own provider of language models that says nothing is read as an OpenAI-like
 * one: blocks of another known shape are recognised too. Any other that says nothing has its calls counted.
 */
export function usageOfProvider({ usage, category }: Pick<ProviderDescriptor, 'usage' | 'category'>): ProviderUsage {
  if (usage !== undefined) return usage;
  return category === 'llm'
    ? { kind: 'openai', unit: 'tokens', includeUsage: false }
    : { kind: 'none', unit: 'calls', includeUsage: false };
}
