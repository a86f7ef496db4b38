import { m } from '../i18n/messages.ts';
import { probePath, shellWord } from './snippets.ts';

export const TOOLS = [
  'run',
  'env',
  'curl',
  'python',
  'javascript',
  'claude',
  'git',
  'docker',
  'aws',
  'socket',
] as const;
export type Tool = (typeof TOOLS)[number];

export interface ToolTarget {
  /** Base URL of the endpoint. */
  readonly baseUrl: string;
  readonly socket: string | null;
  readonly provider: string;
  /** null: the provider's default key. */
  readonly label: string | null;
  /** The token of a client, or what stands in its place. */
  readonly token: string;
  /** The variable that this provider's own tools read the key from; null where there is none. */
  readonly keyVariable: string | null;
}

export interface ToolStep {
  /** Where the text goes. */
  readonly where: string;
  readonly text: string;
}

const { steps } = m.connectTool;

/** Tools that speak a protocol of their own are for fixed providers; the others are for any. */
const ONLY_FOR: Partial<Record<Tool, readonly string[]>> = {
  claude: ['anthropic'],
  git: ['github', 'gitlab'],
  docker: ['github', 'gitlab'],
  aws: ['aws'],
};

/** Whose key that tool would use, if `chosen` is the provider that was picked. */
export function providerFor(tool: Tool, chosen: string): string {
  const only = ONLY_FOR[tool];
  return only === undefined || only.includes(chosen) ? chosen : (only[0] ?? chosen);
}

export const takesProvider = (tool: Tool): boolean => ONLY_FOR[tool] === undefined;
/** Whether the lines hold a token: the others ask Keyharbor themselves. */
export const takesToken = (tool: Tool): boolean => !['run', 'claude', 'git', 'docker', 'aws'].includes(tool);

export function proxyUrl({ baseUrl, provider, label }: ToolTarget): string {
  return `${baseUrl}/proxy/${provider}${label === null ? '' : `@${label}`}`;
}

const BASE_VARIABLES: Readonly<Record<string, string>> = {
  openai: 'OPENAI_BASE_URL',
  anthropic: 'ANTHROPIC_BASE_URL',
};
const GIT_HOSTS: Readonly<Record<string, string>> = { github: 'github.com', gitlab: 'gitlab.com' };
const REGISTRIES: Readonly<Record<string, string>> = { github: 'ghcr.io', gitlab: 'registry.gitlab.com' };

const bearer = (token: string): string => `Authorization: Bearer ${token}`;
const json = (value: unknown): string => JSON.stringify(value, null, 2);

/** What to put where, in order. The texts are for a POSIX shell, and for the files that the tools read. */
export function toolSteps(tool: Tool, target: ToolTarget): readonly ToolStep[] {
  const { provider, label, token, socket } = target;
  const url = proxyUrl(target);
  const probe = `${url}/${probePath(provider)}`;
  const ref = label === null ? '' : ` --ref kh://${provider}/${label}`;
  const extra = provider === 'anthropic' ? ` -H 'anthropic-version: 2023-06-01'` : '';
  switch (tool) {
    case 'run':
      return [{ where: steps.terminal, text: `keyharbor run --proxy ${whichKey(target)} -- COMMAND` }];
    case 'env': {
      const base = BASE_VARIABLES[provider];
      return [
        {
          where: steps.shell,
          text: [
            base === undefined ? `# base URL for the tool: ${url}` : `export ${base}=${shellWord(url)}`,
            `export ${target.keyVariable ?? 'API_KEY'}=${shellWord(token)}`,
          ].join('\n'),
        },
      ];
    }
    case 'curl':
      return [{ where: steps.terminal, text: `curl -s -H ${shellWord(bearer(token))}${extra} ${probe}` }];
    case 'socket':
      return [
        {
          where: steps.terminal,
          text: `curl -s --unix-socket ${shellWord(socket ?? 'SOCKET')} -H ${shellWord(bearer(token))}${extra} ${probe.replace(target.baseUrl, 'http://localhost')}`,
        },
      ];
    case 'python':
      return [{ where: steps.code, text: python(provider, url, token) }];
    case 'javascript':
      return [{ where: steps.code, text: javascript(provider, url, token) }];
    case 'claude':
      return [
        {
          where: steps.settings('~/.claude/settings.json'),
          text: json({ apiKeyHelper: `keyharbor credential-helper claude${ref}` }),
        },
        { where: steps.terminal, text: `keyharbor run --proxy ${whichKey(target)} -- claude` },
      ];
    case 'git': {
      const host = GIT_HOSTS[provider] ?? 'github.com';
      return [
        {
          where: steps.terminal,
          text: `git config --global credential.https://${host}.helper '!keyharbor credential-helper git'`,
        },
      ];
    }
    case 'docker':
      return [
        {
          where: steps.settings('~/.docker/config.json'),
          text: json({ credHelpers: { [REGISTRIES[provider] ?? 'ghcr.io']: 'keyharbor' } }),
        },
      ];
    case 'aws':
      return [
        {
          where: steps.settings('~/.aws/config'),
          text: `[profile keyharbor]\ncredential_process = keyharbor credential-helper aws${ref}`,
        },
        { where: steps.test, text: 'aws --profile keyharbor sts get-caller-identity' },
      ];
  }
}

/** How "run" is told the key: one with a label by the variable that it goes into. */
function whichKey({ provider, label, keyVariable }: ToolTarget): string {
  return label === null || keyVariable === null
    ? `--provider ${provider}`
    : `--env ${keyVariable}=kh://${provider}/${label}`;
}

function python(provider: string, url: string, token: string): string {
  const arguments_ = `base_url=${JSON.stringify(url)}, api_key=${JSON.stringify(token)}`;
  if (provider === 'openai') return `from openai import OpenAI\n\nclient = OpenAI(${arguments_})`;
  if (provider === 'anthropic') return `from anthropic import Anthropic\n\nclient = Anthropic(${arguments_})`;
  return [
    'from urllib.request import Request, urlopen',
    '',
    `request = Request(${JSON.stringify(`${url}/${probePath(provider)}`)}, headers={"Authorization": ${JSON.stringify(`Bearer ${token}`)}})`,
    'print(urlopen(request).read().decode())',
  ].join('\n');
}

function javascript(provider: string, url: string, token: string): string {
  const members = `{ baseURL: ${JSON.stringify(url)}, apiKey: ${JSON.stringify(token)} }`;
  if (provider === 'openai') return `import OpenAI from 'openai';\n\nconst client = new OpenAI(${members});`;
  if (provider === 'anthropic') {
    return `import Anthropic from '@anthropic-ai/sdk';\n\nconst client = new Anthropic(${members});`;
  }
  return [
    `const response = await fetch(${JSON.stringify(`${url}/${probePath(provider)}`)}, {`,
    `  headers: { authorization: ${JSON.stringify(`Bearer ${token}`)} },`,
    '});',
    'console.log(await response.text());',
  ].join('\n');
}
