import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/**
 * Where a key may be sent (SECURITY-DESIGN.md section 7.1). Judged on the address that the connection really uses,
 * so a name that is bound anew between a check and the connection gains nothing.
 */
export type AddressKind = 'public' | 'loopback' | 'private' | 'metadata' | 'reserved';

/** `public`: the internet. `local`: one loopback or private address that the owner named with `--local`. */
export type AddressPolicy = 'public' | 'local';

function list(subnets: readonly string[]): BlockList {
  const block = new BlockList();
  for (const subnet of subnets) {
    const [address = '', bits = ''] = subnet.split('/');
    block.addSubnet(address, Number(bits), address.includes(':') ? 'ipv6' : 'ipv4');
  }
  return block;
}

/** Cloud metadata services hand credentials to whoever asks: never, under either policy. */
const METADATA = list([
  '169.254.169.254/32', // AWS, Azure, Google, OpenStack and others
  '169.254.170.2/32', // AWS container credentials
  '169.254.170.23/32', // AWS EKS pod identity
  '100.100.100.200/32', // Alibaba Cloud
  '168.63.129.16/32', // Azure platform
  '192.0.0.192/32', // Oracle Cloud
  'fd00:ec2::/32', // AWS
  'fd20:ce::254/128', // Google
]);
const LOOPBACK = list(['127.0.0.0/8', '::1/128']);
const PRIVATE = list(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7']);
const RESERVED = list([
  '0.0.0.0/8',
  '169.254.0.0/16', // link-local, RFC 3927
  '192.0.0.0/24', // RFC 6890
  '192.0.2.0/24', // documentation, RFC 5737
  '192.88.99.0/24', // 6to4 relays, RFC 7526
  '198.18.0.0/15', // benchmarks, RFC 2544
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // future use and broadcast
  '2001::/23', // IETF assignments, Teredo among them
  '2001:db8::/32', // documentation, RFC 3849
  '2002::/16', // 6to4
  '3fff::/20', // documentation, RFC 9637
]);
const GLOBAL_V6 = list(['2000::/3']);
/** Address forms that hold an IPv4 address in their last four bytes. */
const HOLDS_V4 = list(['::ffff:0:0/96', '64:ff9b::/96', '::/96', '::ffff:0:0:0/96']);

const METADATA_NAMES = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'metadata.azure.internal',
  'instance-data',
  'instance-data.ec2.internal',
]);

/** The IPv4 address in the last 32 bits of an IPv6 one. */
function heldV4(address: string): string {
  const groups = new URL(`http://[${address}]/`).hostname.slice(1, -1).split(':');
  const [high = '0', low = '0'] = groups.slice(-2).map((group) => group || '0');
  const value = Number.parseInt(high, 16) * 65_536 + Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

/** @param address - an IP literal without brackets; anything else is `reserved`. */
export function addressKind(address: string): AddressKind {
  const version = isIP(address);
  if (version === 0 || address.includes('%')) return 'reserved';
  const family = version === 6 ? 'ipv6' : 'ipv4';
  // BlockList.check also looks into ::ffff:0:0/96 by itself.
  if (METADATA.check(address, family)) return 'metadata';
  if (version === 6 && HOLDS_V4.check(address, 'ipv6') && new URL(`http://[${address}]/`).hostname !== '[::1]') {
    const held = addressKind(heldV4(address));
    return held === 'public' || held === 'metadata' ? held : 'reserved';
  }
  if (LOOPBACK.check(address, family)) return 'loopback';
  if (PRIVATE.check(address, family)) return 'private';
  if (RESERVED.check(address, family)) return 'reserved';
  return version === 4 || GLOBAL_V6.check(address, 'ipv6') ? 'public' : 'reserved';
}

export function isAllowedAddress(address: string, policy: AddressPolicy): boolean {
  const kind = addressKind(address);
  return policy === 'public' ? kind === 'public' : kind === 'loopback' || kind === 'private';
}

export function isMetadataName(host: string): boolean {
  return METADATA_NAMES.has(host.toLowerCase());
}

/** A name that only means something on this computer or in this network. */
export function isLocalName(host: string): boolean {
  return !host.includes('.') || /\.(?:localhost|local|internal|lan|home\.arpa|onion)$/i.test(host);
}

/** An IP literal without brackets, or null for a name. */
export function hostAddress(hostname: string): string | null {
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return isIP(bare) === 0 ? null : bare;
}

export class ForbiddenAddress extends Error {
  readonly code = 'KH_FORBIDDEN_ADDRESS';
}

type Resolve = (hostname: string, options: { all: true }, done: ResolveDone) => void;
type ResolveDone = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void;

/**
 * The `lookup` of a connection: resolves once and hands on only addresses that the policy allows. Node does not call it
 * for IP literals, which therefore are judged before.
 */
export function guardedLookup(policy: AddressPolicy, resolve: Resolve = dnsLookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0);
      const allowed = addresses.filter((each) => isAllowedAddress(each.address, policy));
      const [first] = allowed;
      if (first === undefined) return callback(new ForbiddenAddress('no allowed address'), '', 0);
      // Node's type names one shape only; `all` asks for the other.
      if (options.all) return callback(null, allowed, 0);
      callback(null, first.address, first.family);
    });
  };
}
