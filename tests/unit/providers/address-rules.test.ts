import type { LookupAddress } from 'node:dns';
import { expect, test } from 'vitest';
import { addressKind, ForbiddenAddress, guardedLookup } from '../../../electron/core/net/address-rules.ts';
import { joinPath, normaliseBaseUrl } from '../../../electron/core/providers/base-url.ts';

test.each([
  ['8.8.8.8', 'public'],
  ['2606:4700::1111', 'public'],
  ['127.0.0.1', 'loopback'],
  ['127.255.0.1', 'loopback'],
  ['::1', 'loopback'],
  ['10.0.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['172.32.0.1', 'public'],
  ['192.168.1.1', 'private'],
  ['100.64.0.1', 'private'],
  ['fd12:3456::1', 'private'],
  ['169.254.169.254', 'metadata'],
  ['169.254.170.2', 'metadata'],
  ['100.100.100.200', 'metadata'],
  ['168.63.129.16', 'metadata'],
  ['fd00:ec2::254', 'metadata'],
  ['::ffff:169.254.169.254', 'metadata'],
  ['64:ff9b::a9fe:a9fe', 'metadata'],
  ['169.254.1.1', 'reserved'],
  ['fe80::1', 'reserved'],
  ['fe80::1%eth0', 'reserved'],
  ['2606:4700::1111%eth0', 'reserved'],
  ['fd12:3456::1%1', 'reserved'],
  ['0.0.0.0', 'reserved'],
  ['::', 'reserved'],
  ['192.0.2.1', 'reserved'],
  ['198.18.0.1', 'reserved'],
  ['203.0.113.9', 'reserved'],
  ['224.0.0.1', 'reserved'],
  ['255.255.255.255', 'reserved'],
  ['2001:db8::1', 'reserved'],
  ['2001::1', 'reserved'],
  ['2002:7f00:1::', 'reserved'],
  ['ff02::1', 'reserved'],
  ['::ffff:127.0.0.1', 'reserved'],
  ['::ffff:10.0.0.1', 'reserved'],
  ['::127.0.0.1', 'reserved'],
  ['64:ff9b::7f00:1', 'reserved'],
  ['64:ff9b::808:808', 'public'],
  ['::ffff:8.8.8.8', 'public'],
  ['4000::1', 'reserved'],
  ['not an address', 'reserved'],
])('%s is %s', (address, kind) => {
  expect(addressKind(address)).toBe(kind);
});

function lookup(policy: 'public' | 'local', addresses: LookupAddress[], all = true): Promise<unknown> {
  const guarded = guardedLookup(policy, (_, __, done) => done(null, addresses));
  return new Promise((resolve, reject) => {
    guarded('host.example', { all }, (error, found) => (error ? reject(error) : resolve(found)));
  });
}

test('only allowed addresses of a name are handed on, and a name with none is refused', async () => {
  const open = { address: '8.8.8.8', family: 4 };
  const inner = { address: '10.0.0.1', family: 4 };
  expect(await lookup('public', [inner, open])).toEqual([open]);
  expect(await lookup('local', [inner, open])).toEqual([inner]);
  expect(await lookup('public', [inner, open], false)).toBe('8.8.8.8');
  await expect(lookup('public', [inner])).rejects.toThrow(ForbiddenAddress);
  await expect(lookup('local', [open, { address: '169.254.169.254', family: 4 }])).rejects.toThrow(ForbiddenAddress);
});

test.each([
  ['https://api.example.com/', false, 'https://api.example.com'],
  ['HTTPS://API.Example.com:443/v1/', false, 'https://api.example.com/v1'],
  ['https://api.example.com:8443/v1', false, 'https://api.example.com:8443/v1'],
  ['https://bücher.example.com', false, 'https://xn--bcher-kva.example.com'],
  ['http://127.0.0.1:11434', true, 'http://127.0.0.1:11434'],
  ['http://0x7f.1:80/v1', true, 'http://127.0.0.1/v1'],
  ['http://[::1]:8080/', true, 'http://[::1]:8080'],
  ['https://gateway.corp.example.com', true, 'https://gateway.corp.example.com'],
])('%s (local: %s) is stored as %s', (text, local, stored) => {
  expect(normaliseBaseUrl(text, local)).toBe(stored);
});

test.each([
  ['http://api.example.com', false, 'invalid_input'],
  ['https://127.0.0.1', false, 'invalid_input'],
  ['https://2130706433', false, 'invalid_input'],
  ['https://localhost', false, 'invalid_input'],
  ['https://printer.local', false, 'invalid_input'],
  ['https://user:pw@api.example.com', false, 'invalid_input'],
  ['https://api.example.com/?key=1', false, 'invalid_input'],
  ['https://api.example.com/#x', false, 'invalid_input'],
  ['https://api.example.com/a//b', false, 'invalid_input'],
  ['https://api.example.com/%2e%2e/b', false, 'invalid_input'],
  ['https://api.example.com\\@evil.example.com', false, 'invalid_input'],
  ['https://api.example.com.', false, 'invalid_input'],
  ['ftp://api.example.com', false, 'invalid_input'],
  ['file:///etc/passwd', true, 'invalid_input'],
  ['javascript:alert(1)', true, 'invalid_input'],
  ['not a url', false, 'invalid_input'],
  ['http://8.8.8.8', true, 'invalid_input'],
  ['http://169.254.169.254', true, 'security_violation'],
  ['https://169.254.169.254', false, 'security_violation'],
  ['http://metadata.google.internal', true, 'security_violation'],
  ['http://[::ffff:a9fe:a9fe]', true, 'security_violation'],
])('%s (local: %s) is refused', (text, local, code) => {
  expect(() => normaliseBaseUrl(text, local)).toThrow(expect.objectContaining({ code }));
});

test('a path never leads away from the base URL it is joined to', () => {
  expect(joinPath('https://api.example.com/v1', '/models?limit=1').href).toBe(
    'https://api.example.com/v1/models?limit=1',
  );
  expect(joinPath('https://api.example.com/v1', '/').href).toBe('https://api.example.com/v1');
  for (const path of ['/../admin', '/%2e%2e/admin', '@evil.example.com/']) {
    expect(() => joinPath('https://api.example.com/v1', path)).toThrow(
      expect.objectContaining({ code: 'security_violation' }),
    );
  }
});
