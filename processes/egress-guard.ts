import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { Agent, buildConnector, fetch as undiciFetch } from 'undici';

/** The address may not be reached from here. Its message names the host as the user gave it, never what it resolved to. */
export class EgressDeniedError extends Error {
  readonly code = 'ERR_EGRESS_DENIED';
  constructor(host: string) {
    super(`address not allowed: ${host} is not a public address`);
    this.name = 'EgressDeniedError';
  }
}

/** No connection came about, TLS included: nothing of the request was sent. `code` is the cause's. */
export class ConnectFailedError extends Error {
  readonly code: string | undefined;
  constructor(cause: Error & { code?: unknown }) {
    super('could not connect', { cause });
    this.name = 'ConnectFailedError';
    this.code = typeof cause.code === 'string' ? cause.code : undefined;
  }
}

export interface GuardedFetch {
  readonly fetch: typeof globalThis.fetch;
  /** Closes all connections. */
  close(): Promise<void>;
}

/** Public ranges that are a cloud's internal service all the same: Azure's wire server. */
const INTERNAL_ADDRESSES = new Set(['168.63.129.16']);

interface AllowList {
  readonly hosts: ReadonlySet<string>;
  readonly cidrs: readonly [ipaddr.IPv4 | ipaddr.IPv6, number][];
}

/**
 * AGENT_RUNS_EGRESS_ALLOW → its entries: hosts, `host:port`, IPv6 in brackets, or CIDRs, comma separated.
 * @throws Error naming the first entry that is none of these.
 */
export function parseEgressAllow(text: string | undefined): string[] {
  const entries = (text ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  allowListOf(entries);
  return entries;
}

/**
 * A `fetch` for addresses that users name (model endpoints, MCP servers): it connects to public addresses only, unless
 * the host, host:port or network is on the allow list. Names are resolved once and the checked address is the one
 * connected to, so a second DNS answer cannot move it; literal addresses are checked in `connect`, because undici looks
 * those up nowhere. Redirects are never followed: the 3xx response is returned. Connections are kept alive.
 * @throws EgressDeniedError from `fetch`, before anything is sent.
 */
export function createGuardedFetch(options: {
  /** See parseEgressAllow. */
  allow: readonly string[];
  /** A longer response body is cut off with an error. Unlimited when absent (event streams). */
  maxResponseBytes?: number;
}): GuardedFetch {
  const allowed = allowListOf(options.allow);
  const agent = new Agent({
    connect: guardedConnector(allowed),
    // Time limits belong to the caller's signal: a model may think for minutes before it says a word.
    headersTimeout: 0,
    bodyTimeout: 0,
    ...(options.maxResponseBytes === undefined ? {} : { maxResponseSize: options.maxResponseBytes }),
  });

  const guarded = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    if (input instanceof Request) throw new TypeError('pass the address and options, not a Request');
    try {
      // undici's own types for the global's: the same classes of the same specification, declared twice.
      const undiciInit = { ...init, redirect: 'manual', dispatcher: agent } as Parameters<typeof undiciFetch>[1];
      return (await undiciFetch(input, undiciInit)) as unknown as Response;
    } catch (error) {
      if (error instanceof Error && error.cause instanceof EgressDeniedError) throw error.cause;
      throw error;
    }
  };
  return { fetch: guarded, close: () => agent.destroy() };
}

/** A model may be silent for minutes; a host that is gone must not pass for one. Found out some 10 s after this much silence. */
const KEEP_ALIVE_AFTER_MS = 15_000;

function guardedConnector(allowed: AllowList): buildConnector.connector {
  const connectorTo = (hostIsAllowed: boolean) =>
    buildConnector({
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_AFTER_MS,
      ...(hostIsAllowed ? {} : { lookup: guardedLookup(allowed) }),
    } as buildConnector.BuildOptions);
  const open = connectorTo(true);
  const guarded = connectorTo(false);

  return (target, callback) => {
    const host = target.hostname.replace(/^\[|\]$/g, '').toLowerCase();
    const port = target.port || (target.protocol === 'https:' ? '443' : '80');
    const named = allowed.hosts.has(host) || allowed.hosts.has(hostAndPort(host, port));
    if (!named && isIP(host) !== 0 && !addressAllowed(host, allowed)) {
      return callback(new EgressDeniedError(host), null);
    }
    const connect = named ? open : guarded;
    connect(target, (...outcome) => {
      const [error] = outcome;
      if (error === null || error instanceof EgressDeniedError) callback(...outcome);
      else callback(new ConnectFailedError(error), null);
    });
  };
}

/** A DNS lookup that returns only addresses that may be connected to. */
function guardedLookup(allowed: AllowList): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      const permitted = addresses.filter(({ address }) => addressAllowed(address, allowed));
      const first = permitted[0];
      if (first === undefined) return callback(new EgressDeniedError(hostname), []);
      if (options.all) return callback(null, permitted);
      callback(null, first.address, first.family);
    });
  };
}

function addressAllowed(address: string, allowed: AllowList): boolean {
  if (!ipaddr.isValid(address)) return false;
  // `process` turns IPv4-mapped IPv6 into the IPv4 address it reaches.
  const parsed = ipaddr.process(address);
  if (allowed.cidrs.some(([network, bits]) => parsed.kind() === network.kind() && parsed.match(network, bits))) {
    return true;
  }
  // Only plain global unicast: loopback, private, link-local, unique-local, carrier-grade NAT, multicast, reserved and
  // the tunnels that can lead to any of them (6to4, Teredo, NAT64) have names of their own.
  return parsed.range() === 'unicast' && !INTERNAL_ADDRESSES.has(parsed.toString());
}

function allowListOf(entries: readonly string[]): AllowList {
  const hosts = new Set<string>();
  const cidrs: [ipaddr.IPv4 | ipaddr.IPv6, number][] = [];
  for (const entry of entries) {
    if (ipaddr.isValidCIDR(entry)) cidrs.push(ipaddr.parseCIDR(entry));
    else if (ipaddr.isValid(entry))
      cidrs.push([ipaddr.process(entry), ipaddr.process(entry).kind() === 'ipv4' ? 32 : 128]);
    else hosts.add(hostEntry(entry));
  }
  return { hosts, cidrs };
}

/** `host`, `host:port` or `[v6]:port` in the form the connector compares. */
function hostEntry(entry: string): string {
  const url = URL.canParse(`http://${entry}`) ? new URL(`http://${entry}`) : undefined;
  const bare = url !== undefined && url.pathname === '/' && url.username === '' && url.search === '' && url.hash === '';
  if (!bare || entry.includes('/')) throw new Error(`holds what is not a host, host:port or CIDR: ${entry}`);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port || /:(\d+)$/.exec(entry.replace(/^\[.*\]/, ''))?.[1] || '';
  return port === '' ? host : hostAndPort(host, port);
}

function hostAndPort(host: string, port: string): string {
  return `${host}|${port}`;
}
