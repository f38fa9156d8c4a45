import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** The entries of AGENT_RUNS_EGRESS_ALLOW. */
export interface AllowList {
  /** `host` and `host|port`. */
  readonly hosts: ReadonlySet<string>;
  readonly cidrs: readonly [Address, number][];
}

/** Public addresses that are nevertheless an internal service of a cloud: Azure's wire server. */
const INTERNAL_ADDRESSES = new Set(['168.63.129.16']);
/** The only part of IPv6 that is routed on the internet. */
const ROUTED: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];
/** Networks whose addresses end with the IPv4 address that they lead to. */
const NAT64: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('64:ff9b::'), 96];

/** The groups before the IPv4 address in the interface identifier of ISATAP, which any network may use. */
const ISATAP_MARKS = ['0:5efe', '200:5efe'];

/**
 * True for an address that may be connected to: on the allow list, or plain global unicast. Loopback, private, link-local,
 * unique-local, carrier-grade NAT, multicast, documentation and reserved addresses are not, nor are the tunnels and
 * translations that can lead to them (6to4, Teredo, NAT64, ISATAP, IPv4-compatible), nor is an address with a zone.
 */
export function isAddressAllowed(address: string, allowed: AllowList): boolean {
  if (isIP(address) === 0 || address.includes('%')) return false;
  const parsed = parsedAddress(address);
  if (allowed.cidrs.some(([network, bits]) => parsed.kind() === network.kind() && parsed.match(network, bits))) {
    return true;
  }
  if (parsed.range() !== 'unicast' || INTERNAL_ADDRESSES.has(parsed.toString())) return false;
  return !(parsed instanceof ipaddr.IPv6) || (parsed.match(ROUTED) && !isIsatap(parsed));
}

/**
 * An IPv4-mapped address is the IPv4 address that it reaches. The URL standard writes IPv6 in groups first: the parser would take
 * `::127.0.0.1`, which is another address, for a mapped one.
 */
function parsedAddress(address: string): Address {
  return ipaddr.process(isIP(address) === 6 ? bareHost(new URL(`http://[${address}]/`).hostname) : address);
}

function isIsatap({ parts }: ipaddr.IPv6): boolean {
  return ISATAP_MARKS.includes(`${parts[4]?.toString(16)}:${parts[5]?.toString(16)}`);
}

/**
 * True for the IPv6 form of a public IPv4 address that the DNS of a network without IPv4 makes up. It is not connected to, but
 * the name that has it is no trick.
 */
export function isTranslationOfPublic(address: string, allowed: AllowList): boolean {
  if (isIP(address) !== 6 || address.includes('%')) return false;
  const parsed = ipaddr.IPv6.parse(address);
  if (!parsed.match(NAT64)) return false;
  const embedded = new ipaddr.IPv4(parsed.toByteArray().slice(-4));
  return isAddressAllowed(embedded.toString(), allowed);
}

/** @throws Error that names the first entry which is no host, host:port, address or CIDR */
export function allowListOf(entries: readonly string[]): AllowList {
  const hosts = new Set<string>();
  const cidrs: [Address, number][] = [];
  for (const entry of entries) {
    if (ipaddr.isValidCIDR(entry)) cidrs.push(ipaddr.parseCIDR(entry));
    else if (ipaddr.isValid(entry)) {
      const address = parsedAddress(entry);
      cidrs.push([address, address.kind() === 'ipv4' ? 32 : 128]);
    } else hosts.add(hostEntry(entry));
  }
  return { hosts, cidrs };
}

/** True if the allow list has the host, by name or with this port. */
export function isHostListed(host: string, port: string, { hosts }: AllowList): boolean {
  return hosts.has(host) || hosts.has(hostAndPort(host, port));
}

/** `host`, `host:port` or `[v6]:port` in the form that `isHostListed` compares. */
function hostEntry(entry: string): string {
  const url = URL.canParse(`http://${entry}`) ? new URL(`http://${entry}`) : undefined;
  const bare = url !== undefined && url.pathname === '/' && url.username === '' && url.search === '' && url.hash === '';
  if (!bare || entry.includes('/')) throw new Error(`holds what is not a host, host:port or CIDR: ${entry}`);
  const port = url.port || /:(\d+)$/.exec(entry.replace(/^\[.*\]/, ''))?.[1] || '';
  return port === '' ? bareHost(url.hostname) : hostAndPort(bareHost(url.hostname), port);
}

/** The host of a URL without the brackets of an IPv6 address. */
export function bareHost(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '').toLowerCase();
}

function hostAndPort(host: string, port: string): string {
  return `${host}|${port}`;
}
