import { expect, test } from 'vitest';
import { allowListOf, isAddressAllowed } from '../../../processes/public-address.ts';

const nothing = allowListOf([]);
const loopback = allowListOf(['127.0.0.1', '10.0.0.0/8']);

/** Ways to write an IPv4 address into an IPv6 one, with the IPv4 address as its last part, its first, or in the middle. */
const EMBEDDINGS: readonly [way: string, of: (v4: string, hex: string) => string][] = [
  ['compatible', (v4) => `::${v4}`],
  ['compatible in groups', (_, hex) => `::${hex}`],
  ['translated', (v4) => `::ffff:0:${v4}`],
  ['NAT64', (v4) => `64:ff9b::${v4}`],
  ['local NAT64', (v4) => `64:ff9b:1::${v4}`],
  ['local NAT64 with a subnet', (_, hex) => `64:ff9b:1:fffe::${hex}`],
  ['6to4', (_, hex) => `2002:${hex}::1`],
  ['Teredo server', (_, hex) => `2001:0:${hex}::`],
  ['Teredo client', (_, hex) => `2001:0:53aa:64c:0:0:${inverted(hex)}`],
  ['ISATAP', (v4) => `2600:1::5efe:${v4}`],
  ['ISATAP of a global address', (v4) => `2600:1::200:5efe:${v4}`],
  ['ISATAP, link-local', (v4) => `fe80::5efe:${v4}`],
];
const ADDRESSES = ['127.0.0.1', '10.0.0.1', '169.254.169.254', '192.168.1.1', '8.8.8.8'];

const hexOf = (v4: string) => {
  const [a = 0, b = 0, c = 0, d = 0] = v4.split('.').map(Number);
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
};
function inverted(hex: string): string {
  return hex
    .split(':')
    .map((group) => (0xffff - Number.parseInt(group, 16)).toString(16))
    .join(':');
}

test.each(EMBEDDINGS.flatMap(([way, of]) => ADDRESSES.map((v4) => [way, v4, of(v4, hexOf(v4))] as const)))(
  '[connection:egress:no-private-address] an IPv6 address that embeds an IPv4 address (%s of %s) is private, also where the IPv4 address is allowed: %s',
  (_way, _v4, address) => {
    expect([isAddressAllowed(address, nothing), isAddressAllowed(address, loopback)]).toEqual([false, false]);
  },
);

test.each([
  ['::ffff:127.0.0.1', false, true],
  ['::ffff:7f00:1', false, true],
  ['::ffff:8.8.8.8', true, true],
  ['2606:4700::6810:84e5', true, true],
  ['2600:1::5efe', true, true],
  ['10.1.2.3', false, true],
])(
  '[connection:egress:no-private-address] a mapped address is the one that it maps, and public addresses are public: %s',
  (address, alone, listed) => {
    expect([isAddressAllowed(address, nothing), isAddressAllowed(address, loopback)]).toEqual([alone, listed]);
  },
);
