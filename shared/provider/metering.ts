import { z } from 'zod';

/** Whose way of telling what a call used the answers follow; `none`: nothing is told, only calls can be counted. */
export const USAGE_KINDS = [
  'none',
  'openai',
  'anthropic',
  'gemini',
  'cohere',
  'deepseek',
  'groq',
  'mistral',
  'ollama',
  'openrouter',
  'perplexity',
  'replicate',
  'xai',
  'elevenlabs',
  'deepgram',
  'twocaptcha',
] as const;
export type UsageKind = (typeof USAGE_KINDS)[number];

export const usage = z.strictObject({
  kind: z.enum(USAGE_KINDS),
  unit: z.enum(['tokens', 'characters', 'seconds', 'captchas', 'messages', 'calls']),
  /** The provider knows stream_options.include_usage in chat completions. */
  includeUsage: z.boolean().default(false),
});
