import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
import type { CredentialSummary } from '../../shared/contract/schemas.ts';
import { DELIVERY_FORMS } from '../../shared/delivery.ts';
import { AppError, type ErrorBody, toErrorBody } from '../../shared/errors.ts';
import { DEFAULT_LABEL, formatReference, LABEL_PATTERN, PROVIDER_ID_PATTERN } from '../../shared/reference.ts';
import { USAGE_BY } from '../../shared/usage.ts';
import type { AgentClient } from '../agent-client.ts';
import { connectAgent } from '../connect.ts';
import { findProvider } from '../find-provider.ts';
import { plain } from '../table.ts';

/** What a tool answers: text for the model, and the same as data. */
interface Answer {
  readonly text: string;
  readonly data: Record<string, unknown>;
}

/** The fields that a model may see: names and states. No value, no part of one, no note of the owner. */
const shown = (of: CredentialSummary) => ({
  ref: of.ref,
  provider: of.provider,
  label: of.label,
  name: of.name,
  scope: of.scope,
  state: of.state,
  project: of.project,
  tags: of.tags,
  expiresAt: of.expiresAt,
  lastTest: of.lastTest === null ? null : { result: of.lastTest.result, checkedAt: of.lastTest.checkedAt },
});

async function listCredentials(agent: AgentClient, provider: string | undefined): Promise<Answer> {
  const found = await agent.call('credentials.list', provider === undefined ? {} : { provider });
  const credentials = found.filter(({ state }) => state !== 'binned').map(shown);
  const lines = credentials.map(({ ref, name, state }) => `${ref} (${state})${name === '' ? '' : ` ${plain(name)}`}`);
  return { text: lines.length === 0 ? 'No credentials.' : lines.join('\n'), data: { credentials } };
}

async function status(agent: AgentClient): Promise<Answer> {
  const { state, version, credentials, endpoint, autoLockAt } = await agent.call('vault.status', {});
  const url = endpoint.on && endpoint.port !== null ? `http://127.0.0.1:${endpoint.port}` : null;
  const hint = state === 'locked' ? ' The owner has to unlock it: keyharbor unlock.' : '';
  return {
    text: `The vault is ${state}.${hint} Endpoint: ${url ?? 'off'}.`,
    data: { state, version, credentials, endpoint: url, autoLockAt },
  };
}

async function usage(agent: AgentClient, query: UsageQuery): Promise<Answer> {
  const report = await agent.call('usage.report', {
    by: query.by,
    ...(query.from === undefined ? {} : { from: query.from }),
    ...(query.to === undefined ? {} : { to: query.to }),
  });
  return { text: JSON.stringify(report.rows), data: { ...report } };
}

async function quotas(agent: AgentClient): Promise<Answer> {
  const list = (await agent.call('quotas.list', {})).map(({ definition, ...quota }) => ({
    name: definition.name,
    counts: definition.counts,
    scope: definition.scope.kind,
    provider: definition.scope.kind === 'provider' ? definition.scope.provider : null,
    period: definition.period.every,
    atLimit: definition.atLimit,
    limit: quota.available,
    kept: quota.kept,
    used: quota.used,
    reserved: quota.reserved,
    state: quota.state,
    resetsAt: quota.resetsAt,
  }));
  return { text: list.length === 0 ? 'No quotas: nothing is limited.' : JSON.stringify(list), data: { quotas: list } };
}

interface UsageQuery {
  readonly by: (typeof USAGE_BY)[number];
  readonly from: string | undefined;
  readonly to: string | undefined;
}

async function askForKey(agent: AgentClient, id: string, label: string): Promise<Answer> {
  const provider = findProvider(await agent.call('providers.list', {}), id);
  const there = await agent.call('credentials.list', { provider: provider.id });
  const ref = formatReference({ provider: provider.id, label });
  const known = there.find((each) => each.label === label && each.state !== 'binned');
  const command = `keyharbor add ${provider.id}${label === DEFAULT_LABEL ? '' : ` --label ${label}`}`;
  const page = provider.links.keys === undefined ? '' : ` Keys are made at ${provider.links.keys}.`;
  const text =
    known === undefined
      ? `There is no ${ref}. Ask the owner to run "${command}" in a terminal, or to add it in the window.${page} Never ask for the key itself in a chat.`
      : `${ref} is there (${known.state}). Ask for its use with request_access.`;
  return { text, data: { ref, exists: known !== undefined, command: known === undefined ? command : null } };
}

const READ_ONLY = { readOnlyHint: true, openWorldHint: false } as const;

/** The tools, each a thin call of the contract on a connection of its own. No answer holds a value. */
export function registerTools(server: McpServer): void {
  server.registerTool(
    'list_credentials',
    {
      title: 'List credentials',
      description: 'Which API keys the owner keeps: reference, provider, label, state. Never a value.',
      inputSchema: {
        provider: z.string().regex(PROVIDER_ID_PATTERN).optional().describe('Only this provider, e.g. openai'),
      },
      annotations: READ_ONLY,
    },
    ({ provider }, { signal }) => withAgent(signal, (agent) => listCredentials(agent, provider)),
  );
  server.registerTool(
    'status',
    {
      title: 'Status',
      description: 'Whether the vault is locked, and where the local endpoint listens.',
      inputSchema: {},
      annotations: READ_ONLY,
    },
    (_input, { signal }) => withAgent(signal, status),
  );
  server.registerTool(
    'usage',
    {
      title: 'Usage',
      description:
        'Requests, tokens and cost (micro-USD; null where a price is unknown) of what went through Keyharbor.',
      inputSchema: {
        by: z.enum(USAGE_BY).default('provider'),
        from: z.string().max(40).optional().describe('First day, 2027-01-01'),
        to: z.string().max(40).optional().describe('Last day, included'),
      },
      annotations: READ_ONLY,
    },
    ({ by, from, to }, { signal }) => withAgent(signal, (agent) => usage(agent, { by, from, to })),
  );
  server.registerTool(
    'quotas',
    {
      title: 'Quotas',
      description:
        'The limits that the owner set on requests, tokens or cost (micro-USD), what is used of each, and when it begins anew.',
      inputSchema: {},
      annotations: READ_ONLY,
    },
    (_input, { signal }) => withAgent(signal, quotas),
  );
  server.registerTool(
    'request_access',
    {
      title: 'Ask the owner for access',
      description:
        'Asks the owner to let this program use keys, and waits up to a minute for the answer. Afterwards use "keyharbor run" with the references; the key itself is never answered here.',
      inputSchema: {
        refs: z.array(z.string().max(256)).min(1).max(64).describe('References, e.g. kh://openai/work'),
        form: z.enum(DELIVERY_FORMS).default('proxy').describe('Safest first: proxy, token, environment, value'),
        reason: z.string().max(200).default('').describe('Why; the owner reads it'),
      },
      annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: false },
    },
    ({ refs, form, reason }, { signal }) =>
      withAgent(signal, async (agent) => {
        const answer = await agent.call('access.ask', {
          refs,
          form,
          caller: { pid: process.pid, reason: plain(reason) },
        });
        return { text: `${answer.granted ? 'Granted' : 'Not granted'}. ${answer.message}`, data: { ...answer } };
      }),
  );
  server.registerTool(
    'request_missing_key',
    {
      title: 'Ask the owner for a key that is not there',
      description: 'Says how the owner adds a key that is missing. The key is typed into Keyharbor, never into a chat.',
      inputSchema: {
        provider: z.string().max(64).describe('Id of the provider, e.g. openai'),
        label: z.string().regex(LABEL_PATTERN).default(DEFAULT_LABEL),
      },
      annotations: READ_ONLY,
    },
    ({ provider, label }, { signal }) => withAgent(signal, (agent) => askForKey(agent, provider, label)),
  );
}

/** Runs one call on a connection that ends with it: who cancels takes a question to the owner back. */
async function withAgent(signal: AbortSignal, act: (agent: AgentClient) => Promise<Answer>) {
  let agent: AgentClient | null = null;
  const cancel = (): void => agent?.close();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    agent = await connectAgent();
    if (signal.aborted) throw new AppError('internal', 'The call was cancelled.');
    const { text, data } = await act(agent);
    return { content: [{ type: 'text' as const, text }], structuredContent: data };
  } catch (error) {
    return { isError: true, content: [{ type: 'text' as const, text: failure(toErrorBody(error)) }] };
  } finally {
    signal.removeEventListener('abort', cancel);
    agent?.close();
  }
}

function failure({ code, message, hint, retryAfterMs }: ErrorBody): string {
  const wait = retryAfterMs === undefined ? '' : ` Try again in ${Math.ceil(retryAfterMs / 1000)} s.`;
  return `${message}${hint === '' ? '' : ` ${hint}`}${wait} (${code})`;
}
