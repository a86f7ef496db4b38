import { describe, expect, test } from 'vitest';
import { providerFor, TOOLS, type ToolTarget, toolSteps } from '../../../renderer/clients/tool-steps.ts';

const TARGET: ToolTarget = {
  baseUrl: 'http://127.0.0.1:7717',
  socket: "/run/user/1000/it's/endpoint.sock",
  provider: 'openai',
  label: null,
  token: 'TOKEN',
  keyVariable: 'OPENAI_API_KEY',
};
const text = (tool: (typeof TOOLS)[number], change: Partial<ToolTarget> = {}): string =>
  toolSteps(tool, { ...TARGET, ...change })
    .map((step) => step.text)
    .join('\n');

describe('the lines that point a tool here', () => {
  test('a key with a label is in the address of the proxy', () => {
    expect(text('curl', { label: 'work' })).toBe(
      "curl -s -H 'Authorization: Bearer TOKEN' http://127.0.0.1:7717/proxy/openai@work/models",
    );
  });

  test('run needs no token: a provider, or the one key by its reference', () => {
    expect(text('run')).toBe('keyharbor run --proxy --provider openai -- COMMAND');
    expect(text('run', { label: 'work' })).toBe(
      'keyharbor run --proxy --env OPENAI_API_KEY=kh://openai/work -- COMMAND',
    );
  });

  test('the environment has the variables that the official SDK reads', () => {
    expect(text('env')).toBe(
      "export OPENAI_BASE_URL='http://127.0.0.1:7717/proxy/openai'\nexport OPENAI_API_KEY='TOKEN'",
    );
  });

  test('a path with a quote in it stays one word of the shell', () => {
    expect(text('socket')).toContain(`--unix-socket '/run/user/1000/it'\\''s/endpoint.sock'`);
    expect(text('socket')).toContain('http://localhost/proxy/openai/models');
  });

  test('what goes into a JSON file is JSON', () => {
    const [settings, start] = toolSteps('claude', { ...TARGET, provider: 'anthropic' });
    expect(JSON.parse(settings?.text ?? '')).toEqual({ apiKeyHelper: 'keyharbor credential-helper claude' });
    expect(start?.text).toBe('keyharbor run --proxy --provider anthropic -- claude');
    expect(JSON.parse(text('docker', { provider: 'gitlab' }))).toEqual({
      credHelpers: { 'registry.gitlab.com': 'keyharbor' },
    });
  });

  test('git and AWS ask the credential helper', () => {
    expect(text('git', { provider: 'github' })).toBe(
      "git config --global credential.https://github.com.helper '!keyharbor credential-helper git'",
    );
    expect(text('aws', { provider: 'aws', label: 'prod' })).toContain(
      'credential_process = keyharbor credential-helper aws --ref kh://aws/prod',
    );
  });

  test('a tool for fixed providers keeps the one that was chosen where it can', () => {
    expect(providerFor('claude', 'openai')).toBe('anthropic');
    expect(providerFor('git', 'gitlab')).toBe('gitlab');
    expect(providerFor('curl', 'mistral')).toBe('mistral');
  });

  test('every tool has lines for every provider, and none holds a word that was left open', () => {
    for (const tool of TOOLS) {
      for (const provider of ['openai', 'anthropic', 'github', 'somewhere']) {
        expect(text(tool, { provider }), `${tool} ${provider}`).not.toMatch(/undefined|null|^$/);
      }
    }
  });
});
