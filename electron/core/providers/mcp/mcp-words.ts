import type { ValidationResult } from '../../../../shared/provider/answer.ts';
import type { AnyCheckSubject } from '../check.ts';
import type { NoAnswer } from '../../net/way-out.ts';
import { tlsWords } from '../tls-words.ts';
import type { Fact, Verdict } from '../http/interpret.ts';
import type { McpOutcome, McpServer } from './mcp-outcome.ts';
import { serverText } from '../server-text.ts';

export interface McpContext {
  readonly subject: AnyCheckSubject;
  readonly latencyMs: number;
  /** Everything secret that the server was given: none of it gets into the verdict. */
  readonly secrets: readonly string[];
}

interface Words {
  readonly result: ValidationResult;
  readonly detail: string;
  readonly hint: string;
}

const words = (result: ValidationResult, detail: string, hint: string): Words => ({ result, detail, hint });
const unavailable = (detail: string, hint: string) => words('provider_unavailable', detail, hint);

function factsOf(server: McpServer, secrets: readonly string[]): Fact[] {
  const { name, version, era, protocol, tools } = server;
  const facts = [
    { label: 'Server', value: [name, version].filter((part) => part !== null).join(' ') },
    {
      label: 'Protocol',
      value: `${protocol} (${era === 'modern' ? 'modern, without a handshake' : 'with a handshake'})`,
    },
    ...(tools === null ? [] : [{ label: 'Tools', value: `${tools.count}${tools.more ? ' or more' : ''}` }]),
  ];
  return facts
    .map(({ label, value }) => ({ label, value: serverText(value, secrets) }))
    .filter(({ value }) => value !== '');
}

function statusWords(
  { status, headers }: Extract<McpOutcome, { kind: 'status' }>,
  { send, token }: AnyCheckSubject['authKind'],
): Words {
  const anew = token === undefined ? 'Put a new one in.' : 'Sign in again: keyharbor rotate REF.';
  const asks = headers.get('www-authenticate') ?? '';
  if ((status === 403 || status === 503) && headers.get('content-type')?.startsWith('text/html')) {
    return unavailable(
      `A web page answered (${status}) instead of an MCP server. This says nothing about the token.`,
      'A firewall or a network sign-in page may stand between.',
    );
  }
  if (status === 401) {
    if (send.length === 0) {
      return words(
        'insufficient_permission',
        'The server asks for a token (401).',
        'Add it again as the kind with a token.',
      );
    }
    return /expired/i.test(asks)
      ? words('expired', 'The server says that this token has expired (401).', anew)
      : words('invalid_key', 'The server does not accept this token (401).', anew);
  }
  if (status === 403) {
    return /insufficient_scope/.test(asks)
      ? words('insufficient_permission', 'The token lacks a scope that the server wants (403).', 'Get one with it.')
      : words('insufficient_permission', 'The server refuses access (403).', 'Look at what this account may do.');
  }
  if (status === 402) return words('quota_exceeded', 'The server says that payment is due (402).', 'Look at billing.');
  if (status === 429) {
    const seconds = Number(headers.get('retry-after'));
    const known = Number.isInteger(seconds) && seconds > 0 && seconds <= 86_400;
    return words(
      'rate_limited',
      'The server answers too many requests for now (429).',
      known ? `Try again in ${seconds} s.` : 'Try again in a few minutes.',
    );
  }
  if (status === 404 || status === 405 || status === 400) {
    return unavailable(
      `Something answers at this address, but not as an MCP server (${status}).`,
      'Check the path of the URL. A server of the old HTTP+SSE transport cannot be tested.',
    );
  }
  return unavailable(`The server has a problem (${status}). This says nothing about the token.`, 'Try again later.');
}

const UNREACHABLE: Readonly<Record<Exclude<NoAnswer, 'certificate'>, readonly [string, string]>> = {
  address: [
    'The host leads to an address where this token must not go. Nothing was sent.',
    'A server on this computer or network needs “local”.',
  ],
  name: [
    'There is no host of this name. Nothing was sent.',
    'Check the URL for a typing error, and the network connection.',
  ],
  offline: [
    'This computer has no way to the network now. Nothing was sent.',
    'Check the network connection, then test again.',
  ],
  refused: ['Nothing answers at this address.', 'Check that the server runs and that the port is right.'],
  'outbound-proxy': [
    'The outbound proxy of the settings is not there, or lets nothing through to this host.',
    'Look at Settings, Endpoint.',
  ],
  broken: ['The connection broke before an answer came.', 'Try again later.'],
};

const NOT_STARTED = {
  not_found: ['This program was not found.', 'Give its full path, or one that is in PATH.'],
  not_allowed: ['This program may not be run.', 'Check that it is a program and yours to run.'],
  other: ['This program could not be started.', 'Try the command in a terminal. No shell reads it here.'],
} as const;

function failureWords(outcome: Exclude<McpOutcome, { kind: 'alive' }>, subject: AnyCheckSubject): Words {
  const stdio = subject.check.protocol === 'mcp_stdio';
  switch (outcome.kind) {
    case 'status':
      return statusWords(outcome, subject.authKind);
    case 'redirect':
      return unavailable(
        `The server sent this request elsewhere (${outcome.status}). Redirects are not followed with a token.`,
        'Check the URL.',
      );
    case 'not_mcp':
      return unavailable(
        stdio ? 'The program answers, but not as an MCP server.' : 'Something answers, but not as an MCP server.',
        stdio ? 'Check the command and its arguments.' : 'Check the path of the URL.',
      );
    case 'refused':
      return unavailable(`The server refuses the handshake (error ${outcome.code}).`, 'Look at the server’s own log.');
    case 'timeout':
      return words(
        'timeout',
        stdio
          ? 'The program did not answer within 10 seconds and was ended.'
          : 'The server did not answer within 10 seconds.',
        stdio ? 'A first start may have to download it: run it once in a terminal.' : 'Try again later.',
      );
    case 'unreachable': {
      if (outcome.why === 'certificate') {
        const { detail, hint } = tlsWords(outcome.tls, 'token');
        return unavailable(detail, hint);
      }
      const [detail, hint] = UNREACHABLE[outcome.why];
      return unavailable(detail, hint);
    }
    case 'not_started': {
      const [detail, hint] = NOT_STARTED[outcome.why];
      return unavailable(detail, hint);
    }
    case 'ended':
      return unavailable(
        `The program ended before it answered${outcome.code === null ? '' : ` (exit code ${outcome.code})`}.`,
        'Run the command in a terminal to see what it says; a variable may be missing or wrong.',
      );
  }
}

/** What came of asking, as one of the results and in words for people. */
export function mcpVerdict(outcome: McpOutcome, { subject, latencyMs, secrets }: McpContext): Verdict {
  if (outcome.kind === 'alive') {
    const detail = subject.authKind.send.length > 0 ? 'The server answers with this token.' : 'The server answers.';
    return { result: 'valid', latencyMs, detail, hint: '', facts: factsOf(outcome.server, secrets) };
  }
  const nothingSent = outcome.kind === 'unreachable' || outcome.kind === 'not_started';
  return { ...failureWords(outcome, subject), latencyMs: nothingSent ? null : latencyMs, facts: [] };
}
