import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { answeringServer, type SeenRequest } from '../../support/answering-server.ts';
import { localCatalogue } from '../../support/local-catalogue.ts';
import { atEnd, closedPort } from './checked.ts';
import { lineServer } from './line-server.ts';
import type { Answer, Case, KindCases } from './required-cases.ts';

/** The other side of a case, and how a credential reaches it. */
export interface Peer {
  readonly resourcesDir: string;
  readonly fields: Readonly<Record<string, string>>;
  /** Secrets that the peer gave out. */
  readonly gave: readonly string[];
  /** Resolves when it was asked what it does not answer in a `silent` case. */
  asked(): Promise<unknown>;
  /** How often it was asked for anything. */
  heard(): number;
}

const LIVE_TOKEN = 'FAKE-live-access-token-0001';
const TOKEN_PATH = /\/(?:token|access_tokens?|oauth\.v2\.access)$/;
const TOKENS: Answer = {
  status: 200,
  body: {
    ok: true,
    token_type: 'Bearer',
    access_token: LIVE_TOKEN,
    token: LIVE_TOKEN,
    expires_in: 3600,
    expires_at: '2030-01-15T13:00:00Z',
  },
};
/** What another program on that port may say to anything. */
const STRANGER: Answer = { status: 200, body: { hello: 'I am something else' } };

/** An answer that repeats all that it was asked with, as a careless server does. */
function careless(answer: Answer, echo: string): { readonly text: string; readonly headers: Record<string, string> } {
  const { body, headers } = answer;
  const isObject = typeof body === 'object' && body !== null;
  const text = typeof body === 'string' ? body : JSON.stringify(isObject ? { ...body, you_sent: echo } : body);
  const type = typeof body === 'string' ? 'text/plain' : 'application/json';
  const repeated = echo.replace(/[^\x21-\x7e]/g, ' ').slice(0, 2000);
  return { text, headers: { 'content-type': type, ...headers, 'x-you-sent': repeated } };
}

function ears() {
  const { promise, resolve } = Promise.withResolvers<void>();
  let count = 0;
  const hear = (resolves = true) => {
    count += 1;
    if (resolves) resolve();
  };
  return { asked: () => promise, heard: () => count, hear };
}

async function echoOf(request: SeenRequest): Promise<string> {
  return [request.path, request.headers.authorization, JSON.stringify(request.headers), await request.body()].join(' ');
}

/** An API with its token endpoint, or an MCP server over HTTP. */
async function httpPeer(provider: string, { given }: Case): Promise<Peer> {
  const { asked, heard, hear } = ears();
  const api: Answer = typeof given === 'object' && 'api' in given ? given.api : tokenCheckAnswer(provider);
  const token: Answer = typeof given === 'object' && 'token' in given ? given.token : TOKENS;
  const server = await answeringServer(async (response, request) => {
    const isToken = TOKEN_PATH.test(request.path);
    hear(!isToken);
    if (given === 'silent' && !isToken) return;
    if (given === 'breaks' && !isToken) return response.destroy();
    const answer = isToken ? token : given === 'stranger' ? STRANGER : api;
    const { text, headers } = careless(answer, await echoOf(request));
    response.writeHead(answer.status, headers).end(text);
  });
  const url = given === 'nobody' ? `http://127.0.0.1:${await closedPort()}` : server.url;
  return {
    resourcesDir: localCatalogue([provider, 'openai', 'anthropic'], url),
    fields: provider === 'mcp' ? { url: `${url}/mcp` } : {},
    gave: [LIVE_TOKEN],
    asked,
    heard,
  };
}

/** An API that accepts the token it is asked with, for the cases where only getting one fails. */
function tokenCheckAnswer(provider: string): Answer {
  const body = provider === 'google' ? { expires_in: '3599', models: [] } : { ok: true, login: 'fake', slug: 'fake' };
  return { status: 200, body };
}

/** An SMTP or IMAP server; it repeats the login it was sent in its reply. */
async function mailPeer(protocol: 'smtp' | 'imap', { given }: Case, secrets: readonly string[]): Promise<Peer> {
  const reply = typeof given === 'object' && 'login' in given ? `${given.login} (${secrets.join()})` : '';
  const greeting = protocol === 'smtp' ? '220 mail.example.invalid ESMTP' : '* OK [CAPABILITY IMAP4rev1] ready';
  const { heard, hear } = ears();
  const server = await lineServer(
    given === 'silent' ? null : given === 'stranger' ? 'HTTP/1.1 400 Bad Request' : greeting,
    (line, say, socket) => {
      hear();
      if (given === 'breaks') socket.destroy();
      else if (given !== 'silent' && given !== 'stranger') answerMail(protocol, reply, line, say);
    },
    given === 'stranger',
  );
  const port = String(given === 'nobody' ? await closedPort() : server.port);
  return {
    resourcesDir: localCatalogue(['email'], 'http://127.0.0.1:1'),
    fields: protocol === 'smtp' ? { host: '127.0.0.1', port } : { imap_host: '127.0.0.1', imap_port: port },
    gave: [],
    asked: () => server.connected,
    heard,
  };
}

function answerMail(protocol: 'smtp' | 'imap', reply: string, line: string, say: (text: string) => void): void {
  if (protocol === 'smtp') {
    if (line.startsWith('EHLO')) say('250-mail.example.invalid\r\n250 AUTH PLAIN XOAUTH2');
    else if (line.startsWith('AUTH')) say(reply);
    else if (line === 'QUIT') say('221 bye');
    return;
  }
  const [tag = '', command = ''] = line.split(' ');
  if (command === 'CAPABILITY') say(`* CAPABILITY IMAP4rev1\r\n${tag} OK done`);
  else if (command === 'LOGIN') say(`${tag} ${reply}`);
  else if (command === 'LOGOUT') say(`* BYE\r\n${tag} OK`);
  else say(`${tag} BAD unknown`);
}

/** A program that speaks MCP, or should; it writes a file when it has started. */
function programPeer({ given }: Case): Peer {
  const behaviour = typeof given === 'object' && 'program' in given ? given.program : 'serve';
  const folder = mkdtempSync(join(tmpdir(), 'kh-program-'));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'started');
  const args = JSON.stringify([join(import.meta.dirname, 'mcp-peer.ts'), behaviour, file]);
  const command = behaviour === 'missing' ? join(folder, 'no-such-program') : process.execPath;
  return {
    resourcesDir: localCatalogue(['mcp'], 'http://127.0.0.1:1'),
    fields: { command, args },
    gave: [],
    asked: () => expect.poll(() => existsSync(file), { timeout: 20_000 }).toBe(true),
    heard: () => (existsSync(file) ? 1 : 0),
  };
}

/** Closed when the test is finished. */
export function peerFor(provider: string, kind: KindCases, one: Case): Promise<Peer> {
  if (provider === 'email') return mailPeer('imap_security' in kind.fields ? 'imap' : 'smtp', one, kind.secrets);
  if (provider === 'mcp' && kind.kind === 'stdio') return Promise.resolve(programPeer(one));
  return httpPeer(provider, one);
}
