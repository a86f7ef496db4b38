import type { AnyCheckSubject, CheckOptions } from '../check.ts';
import { fillTemplate } from '../catalogue.ts';
import { CHECK_TIMEOUT_MS } from '../http/http-exchange.ts';
import type { Verdict } from '../http/interpret.ts';
import { askMcpHttp } from './mcp-http.ts';
import type { McpOutcome } from './mcp-outcome.ts';
import { askMcpStdio } from './mcp-stdio.ts';
import { mcpVerdict } from './mcp-words.ts';
import { parseEnvironment } from '../words.ts';

function headersOf({ authKind, fields }: AnyCheckSubject): Map<string, string> {
  const value = (name: string) => fields.get(name) ?? authKind.fields.find((each) => each.name === name)?.default;
  return new Map(
    authKind.send.flatMap((each) =>
      each.where === 'header'
        ? [[fillTemplate(each.name, value).toLowerCase(), fillTemplate(each.value, value)] as const]
        : [],
    ),
  );
}

function start(
  subject: AnyCheckSubject,
  options: CheckOptions,
  signal: AbortSignal,
  environment: ReadonlyMap<string, string>,
): Promise<McpOutcome> {
  const [address] = subject.addresses;
  const version = /\/(\S+)/.exec(options.userAgent)?.[1] ?? '0';
  switch (address?.protocol) {
    case 'mcp_http':
      return askMcpHttp({
        url: address.url,
        local: subject.local,
        way: options.way,
        headers: headersOf(subject),
        version,
        signal,
      });
    case 'mcp_stdio': {
      const { command, args } = address;
      return askMcpStdio({ command, args, environment, version, clock: options.clock, signal });
    }
    case 'smtp':
    case 'imap':
    case 'oauth':
    case undefined:
      throw new Error('an MCP credential has an address');
  }
}

/**
 * Tests an MCP server over Streamable HTTP or as a child process, 10 s in all. Rejects only with the reason of
 * `options.signal`.
 */
export async function runMcpCheck(subject: AnyCheckSubject, options: CheckOptions): Promise<Verdict> {
  const given = subject.check.protocol === 'mcp_stdio' ? (subject.fields.get('env') ?? '') : '';
  const environment = parseEnvironment(given);
  if (environment === null) {
    return {
      result: 'invalid_format',
      latencyMs: null,
      detail: 'The environment cannot be read. Nothing was started.',
      hint: 'Give a line of NAME=VALUE for each variable, or a JSON object.',
      facts: [],
    };
  }
  const secrets = [
    ...subject.authKind.fields.filter(({ secret }) => secret).flatMap(({ name }) => subject.fields.get(name) ?? []),
    ...environment.values(),
  ];
  options.signal.throwIfAborted();
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal]);
  const late = new Promise<McpOutcome>((resolve) => {
    signal.addEventListener('abort', () => resolve({ kind: 'timeout' }), { once: true });
  });
  const callOff = options.clock.after(CHECK_TIMEOUT_MS, () => over.abort());
  const startedMs = performance.now();
  try {
    const outcome = await Promise.race([start(subject, options, signal, environment), late]);
    options.signal.throwIfAborted();
    return mcpVerdict(outcome, { subject, latencyMs: Math.round(performance.now() - startedMs), secrets });
  } finally {
    callOff();
  }
}
