import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { PROXY_DEFAULTS } from '../../../electron/core/proxy/settings.ts';
import { placeOf } from '../../../electron/core/proxy/places.ts';
import { UpstreamPools } from '../../../electron/core/proxy/upstream-pools.ts';

/** Nothing is connected here: what is refused is refused before. Names are judged by their address when they connect. */
const pools = new UpstreamPools({ settings: () => PROXY_DEFAULTS, ownPort: () => 7717 });
beforeAll(() => pools.load());
afterEach(() => pools.drop());

const isSent = (url: string, local: boolean): boolean => {
  try {
    pools.sender(placeOf(new URL(url)), local);
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'security_violation' });
    return false;
  }
};

describe('a credential for a public host never goes to', () => {
  test.each([
    ['plain http', 'http://api.example.com'],
    ['loopback', 'https://127.0.0.1'],
    ['loopback in one number', 'https://2130706433'],
    ['loopback in hexadecimal', 'https://0x7f000001'],
    ['loopback in octal', 'https://0177.0.0.1'],
    ['loopback in two parts', 'https://127.1'],
    ['loopback elsewhere in 127/8', 'https://127.200.0.9'],
    ['loopback in fullwidth digits', 'https://１２７.0.0.1'],
    ['loopback with ideographic dots', 'https://127。0。0。1'],
    ['loopback, encoded', 'https://%31%32%37.0.0.1'],
    ['IPv6 loopback', 'https://[::1]'],
    ['IPv6 loopback written out', 'https://[0:0:0:0:0:0:0:1]'],
    ['loopback in an IPv6 address', 'https://[::ffff:127.0.0.1]'],
    ['loopback in an IPv6 address, hexadecimal', 'https://[::ffff:7f00:1]'],
    ['loopback in a compatible IPv6 address', 'https://[::127.0.0.1]'],
    ['loopback behind NAT64', 'https://[64:ff9b::7f00:1]'],
    ['loopback behind 6to4', 'https://[2002:7f00:1::]'],
    ['Teredo', 'https://[2001:0:53aa:64c::1]'],
    ['localhost', 'https://localhost'],
    ['localhost in capitals', 'https://LOCALHOST'],
    ['a name under localhost', 'https://api.localhost'],
    ['a name without a dot', 'https://intranet'],
    ['a name of this network', 'https://nas.local'],
    ['an internal name', 'https://vault.internal'],
    ['10/8', 'https://10.0.0.1'],
    ['172.16/12', 'https://172.31.255.1'],
    ['192.168/16', 'https://192.168.1.1'],
    ['carrier NAT', 'https://100.64.0.1'],
    ['link-local', 'https://169.254.1.1'],
    ['the metadata service', 'https://169.254.169.254'],
    ['the metadata service in one number', 'https://2852039166'],
    ['the metadata service in an IPv6 address', 'https://[::ffff:169.254.169.254]'],
    ['the metadata service by name', 'https://metadata.google.internal'],
    ['the metadata service of another cloud', 'https://100.100.100.200'],
    ['no address', 'https://0.0.0.0'],
    ['no address, IPv6', 'https://[::]'],
    ['multicast', 'https://224.0.0.1'],
    ['broadcast', 'https://255.255.255.255'],
    ['documentation', 'https://192.0.2.1'],
    ['IPv6 documentation', 'https://[2001:db8::1]'],
    ['IPv6 link-local', 'https://[fe80::1]'],
    ['IPv6 private', 'https://[fd00::1]'],
    ['IPv6 multicast', 'https://[ff02::1]'],
  ])('%s', (_name, url) => expect(isSent(url, false)).toBe(false));

  test('but to its host', () => expect(isSent('https://api.example.com', false)).toBe(true));
});

describe('a local credential never goes to', () => {
  test.each([
    ['the metadata service', 'http://169.254.169.254'],
    ['the metadata service by name', 'http://metadata.google.internal'],
    ['the metadata service in IPv6', 'http://[fd00:ec2::254]'],
    ['link-local', 'http://169.254.1.1'],
    ['a public address', 'http://8.8.8.8'],
    ['Keyharbor’s own endpoint', 'http://127.0.0.1:7717'],
    ['its own endpoint by name', 'http://localhost:7717'],
    ['its own endpoint by another loopback address', 'http://127.1.2.3:7717'],
    ['its own endpoint in one number', 'http://2130706433:7717'],
    ['its own endpoint in IPv6', 'http://[::1]:7717'],
  ])('%s', (_name, url) => expect(isSent(url, true)).toBe(false));

  test.each(['http://127.0.0.1:11434', 'http://192.168.1.7:8080', 'https://10.0.0.2', 'http://localhost:1234'])(
    'but to %s',
    (url) => expect(isSent(url, true)).toBe(true),
  );
});
