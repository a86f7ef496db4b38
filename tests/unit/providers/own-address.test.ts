import { describe, expect, it } from 'vitest';
import { originOf, ownAddresses } from '../../../electron/core/providers/own-address.ts';
import { entry } from '../catalogue/entries.ts';

function originFor(
  provider: string,
  authKind: string,
  fields: Readonly<Record<string, string>>,
  local = false,
): string {
  const kind = entry(provider).auth.find((each) => each.kind === authKind);
  if (kind === undefined) throw new Error('no such kind');
  return originOf(ownAddresses(kind, (name) => fields[name], local));
}

describe('a mail server', () => {
  it.each([
    [{}, 'smtps://mail.example.com:465'],
    [{ port: '465' }, 'smtps://mail.example.com:465'],
    [{ port: '587' }, 'smtp://mail.example.com:587'],
    [{ port: '25' }, 'smtp://mail.example.com:25'],
    [{ security: 'starttls' }, 'smtp://mail.example.com:587'],
    [{ port: '2465', security: 'tls' }, 'smtps://mail.example.com:2465'],
    [{ host: 'MAIL.Example.com' }, 'smtps://mail.example.com:465'],
    [{ host: 'bücher.example.com' }, 'smtps://xn--bcher-kva.example.com:465'],
    [{ host: '2606:4700::1111' }, 'smtps://[2606:4700::1111]:465'],
    [{ imap_host: 'imap.example.com' }, 'smtps://mail.example.com:465 imaps://imap.example.com:993'],
    [{ imap_host: 'imap.example.com', imap_port: '143' }, 'smtps://mail.example.com:465 imap://imap.example.com:143'],
    [{ host: '', imap_host: 'imap.example.com' }, 'imaps://imap.example.com:993'],
  ])('with %o is %s', (fields, origin) => {
    expect(originFor('email', 'password', { host: 'mail.example.com', ...fields })).toBe(origin);
  });

  it('without encryption is another place than with it', () => {
    const fields = { host: '10.0.0.5', port: '25' };
    expect(originFor('email', 'password', { ...fields, security: 'none' }, true)).toBe('smtp+plain://10.0.0.5:25');
    expect(originFor('email', 'password', fields, true)).toBe('smtp://10.0.0.5:25');
  });

  it.each([
    ['mail.example.com/path', false, 'not the name of a server'],
    ['user@mail.example.com', false, 'not the name of a server'],
    ['mail.example.com.', false, 'not the name of a server'],
    ['192.168.1.5', false, 'private network'],
    ['mailserver', false, 'private network'],
    ['0x7f.1', false, 'private network'],
    ['8.8.8.8', true, 'loopback or private address'],
    ['metadata.google.internal', true, 'metadata'],
  ])('%s (local: %s) is refused', (host, local, words) => {
    expect(() => originFor('email', 'password', { host }, local)).toThrow(words);
  });
});

describe('an MCP server', () => {
  it('over HTTP is its URL in one form', () => {
    expect(originFor('mcp', 'bearer', { url: 'https://MCP.example.com:443/mcp/' })).toBe('https://mcp.example.com/mcp');
    expect(originFor('mcp', 'none', { url: 'http://127.0.0.1:3000/mcp' }, true)).toBe('http://127.0.0.1:3000/mcp');
  });

  it('as a program is its command with each argument, so that no two read the same', () => {
    const program = (command: string, args: string) => originFor('mcp', 'stdio', { command, args });
    expect(program('npx', '-y "@scope/a server"')).toBe('stdio:"npx" "-y" "@scope/a server"');
    expect(program('npx', '-y @scope/a server')).not.toBe(program('npx', '-y "@scope/a server"'));
    expect(() => program('npx', '"open')).toThrow('quotation mark');
  });
});
