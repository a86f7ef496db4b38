import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../support/fake-clock.ts';
import { type Asked, atEnd, check } from './checked.ts';

const PEER = join(import.meta.dirname, 'mcp-peer.ts');
const MODERN_PEER = join(import.meta.dirname, 'mcp-modern-peer.ts');
const SECRET = 'FAKE-secret-of-an-mcp-server';

function ask(args: readonly string[], env = '', more: Partial<Asked> = {}) {
  return check({
    provider: 'mcp',
    kind: 'stdio',
    check: 'stdio_probe',
    fields: { command: process.execPath, args: JSON.stringify(args), ...(env === '' ? {} : { env }) },
    ...more,
  });
}

function temporaryFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kh-mcp-'));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'said.json');
}

/** Gone, or a zombie that nobody has collected yet. */
function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return true;
  }
  return process.platform === 'linux' && /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
}

function said(file: string): Record<string, unknown> | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  } catch {
    return null;
  }
}

describe('an MCP server as a program', () => {
  it('made with the official SDK is valid, with its name and tools', async () => {
    const verdict = await ask([PEER, 'serve']);
    expect(verdict).toMatchObject({ result: 'valid', detail: 'The server answers.', hint: '' });
    expect(verdict.facts).toEqual([
      { label: 'Server', value: 'peer 1.2.3-none' },
      { label: 'Protocol', value: '2025-11-25 (with a handshake)' },
      { label: 'Tools', value: '2' },
    ]);
  });

  it('of the modern revision is valid without a handshake', async () => {
    const verdict = await ask([MODERN_PEER]);
    expect(verdict.result).toBe('valid');
    expect(verdict.facts).toEqual([
      { label: 'Server', value: 'FakeServer 0.1.0' },
      { label: 'Protocol', value: '2026-07-28 (modern, without a handshake)' },
      { label: 'Tools', value: '1 or more' },
    ]);
  });

  it('of a later revision is valid, with what it speaks', async () => {
    const verdict = await ask([MODERN_PEER, '2027-01-15']);
    expect(verdict.result).toBe('valid');
    expect(verdict.facts).toContainEqual({ label: 'Protocol', value: '2027-01-15 (modern, without a handshake)' });
  });

  it('lines on its output that are no messages are passed over', async () => {
    expect((await ask([PEER, 'noisy'])).result).toBe('valid');
  });

  it('gets its own variables, and of ours only what programs need', async () => {
    const file = temporaryFile();
    process.env['KEYHARBOR_TEST_SECRET'] = SECRET;
    atEnd(() => delete process.env['KEYHARBOR_TEST_SECRET']);
    const verdict = await ask([PEER, 'serve', file], `PEER_TOKEN=${SECRET}\n# a remark\nPEER_OTHER="two words"`);
    const environment = said(file) ?? {};
    expect(environment['PEER_TOKEN']).toBe(SECRET);
    expect(environment['PEER_OTHER']).toBe('two words');
    expect(environment['PATH']).toBe(process.env['PATH']);
    const known = new Set(['HOME', 'LANG', 'LOGNAME', 'PATH', 'SHELL', 'TMPDIR', 'USER', 'PEER_TOKEN', 'PEER_OTHER']);
    expect(Object.keys(environment).filter((name) => !known.has(name))).toEqual([]);
    // It names itself with its secret: covered.
    expect(verdict.facts[0]).toEqual({ label: 'Server', value: 'peer 1.2.3-••••' });
    expect(JSON.stringify(verdict)).not.toContain(SECRET);
  });

  it('is not read by a shell', async () => {
    const file = temporaryFile();
    const verdict = await check({
      provider: 'mcp',
      kind: 'stdio',
      check: 'stdio_probe',
      fields: { command: `echo x > ${file}; true`, args: '$(touch it)' },
    });
    expect(verdict).toMatchObject({ result: 'provider_unavailable', latencyMs: null });
    expect(verdict.detail).toBe('This program was not found.');
    expect(said(file)).toBeNull();
  });

  it('that may not be run is said so', async () => {
    const verdict = await check({
      provider: 'mcp',
      kind: 'stdio',
      check: 'stdio_probe',
      fields: { command: PEER },
    });
    expect(verdict.detail).toBe('This program may not be run.');
  });

  it('that ends early is said so, without what it wrote', async () => {
    const verdict = await ask([PEER, 'fail'], `PEER_TOKEN=${SECRET}`);
    expect(verdict.result).toBe('provider_unavailable');
    expect(verdict.detail).toBe('The program ended before it answered (exit code 3).');
    expect(JSON.stringify(verdict)).not.toContain(SECRET);
  });

  it('that writes without end is ended', async () => {
    const verdict = await ask([PEER, 'flood']);
    expect(verdict.result).toBe('provider_unavailable');
  });

  it('that never answers is a timeout after 10 s, and it is ended with what it started', async () => {
    const clock = new FakeClock();
    const file = temporaryFile();
    const running = ask([PEER, 'silent', file], '', { clock });
    await expect.poll(() => said(file), { timeout: 20_000 }).not.toBeNull();
    clock.advance(10_000);
    expect(await running).toMatchObject({ result: 'timeout' });
    const { pid, child } = said(file) as { pid: number; child: number };
    await expect.poll(() => isGone(pid) && isGone(child), { timeout: 20_000 }).toBe(true);
  });

  it('that does not want to end after its answer is ended with what it started', async () => {
    const file = temporaryFile();
    expect((await ask([PEER, 'stubborn', file])).result).toBe('valid');
    const { pid, child } = said(file) as { pid: number; child: number };
    await expect.poll(() => isGone(pid) && isGone(child), { timeout: 20_000 }).toBe(true);
  });

  it('is ended when the test is cancelled', async () => {
    const abort = new AbortController();
    const file = temporaryFile();
    const running = ask([PEER, 'silent', file], '', { signal: abort.signal });
    await expect.poll(() => said(file), { timeout: 20_000 }).not.toBeNull();
    abort.abort(new Error('cancelled by the owner'));
    await expect(running).rejects.toThrow('cancelled by the owner');
    const { pid, child } = said(file) as { pid: number; child: number };
    await expect.poll(() => isGone(pid) && isGone(child), { timeout: 20_000 }).toBe(true);
  });

  it('with variables that cannot be read is not started', async () => {
    const file = temporaryFile();
    const verdict = await ask([PEER, 'serve', file], `just ${SECRET}`);
    expect(verdict).toMatchObject({ result: 'invalid_format', latencyMs: null });
    expect(JSON.stringify(verdict)).not.toContain(SECRET);
    expect(said(file)).toBeNull();
  });
});
