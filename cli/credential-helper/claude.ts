import { parseReference } from '../../shared/reference.ts';
import { connectAgent } from '../connect.ts';
import { print } from '../output.ts';

/** The names under which `run --proxy` hands a token to tools of Anthropic. */
const TOKEN_NAMES = ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN'];

/** The token that `run --proxy` lent to the tool which runs us, or null where there is none. */
export function lentToken(env: NodeJS.ProcessEnv): string | null {
  if (!/^https?:\/\/[^/]+\/proxy\/anthropic(@|\/|$)/.test(env.ANTHROPIC_BASE_URL ?? '')) return null;
  return TOKEN_NAMES.map((name) => env[name]).find((value) => value?.includes('kh_live_')) ?? null;
}

/** Claude Code's `apiKeyHelper`: what to send as the key, alone on stdout. */
export async function claudeHelper(ref: string): Promise<void> {
  parseReference(ref);
  const lent = lentToken(process.env);
  if (lent !== null) return print(lent);
  const agent = await connectAgent();
  const { value } = await agent.call('credentials.read', { ref });
  agent.close();
  print(value);
}
