import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { Agent, buildConnector, fetch as undiciFetch } from 'undici';

/** The address may not be called from here. The message names the host as the user gave it, never the address it resolved to. */
export class EgressDeniedError extends Error {
  readonly code = 'ERR_EGRESS_DENIED';
  constructor(host: string) {
    super(`address not allowed: ${host} is not a public address, and AGENT_RUNS_EGRESS_ALLOW does not list it`);
    this.name = 'EgressDeniedError';
  }
}

/** No connection (with TLS, if asked for) came about, so nothing of the request was sent. `code` is the code of the cause. */
export class ConnectFailedError extends Error {
  readonly code: string | undefined;
  constructor(cause: Error & { code?: unknown }) {
    super('could not connect', { cause });
    this.name = 'ConnectFailedError';
    this.code = typeof cause.code === 'string' ? cause.code : undefined;
  }
}

/**
 * A `fetch` that can be told how long a connection may take.
 * @param init.connectTimeoutMs the time until there is a connection, TLS included; 10 s by default
 */
export type DiallingFetch = (
  input: string | URL | Request,
  init?: RequestInit & { readonly connectTimeoutMs?: number },
) => Promise<Response>;

export interface GuardedFetch {
  readonly fetch: DiallingFetch;
  /** Closes all connections. */
  close(): Promise<void>;
}

/** Public addresses that are nevertheless an internal service of a cloud: Azure's wire server. */
const INTERNAL_ADDRESSES = new Set(['168.63.129.16']);

interface AllowList {
  readonly hosts: ReadonlySet<string>;
  readonly cidrs: readonly [ipaddr.IPv4 | ipaddr.IPv6, number][];
}

/**
 * The entries of AGENT_RUNS_EGRESS_ALLOW, comma separated: hosts, `host:port`, IPv6 in brackets, or CIDRs.
 * @throws Error that names the first entry which is none of these
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
 * A `fetch` for addresses that users name (model endpoints, MCP servers). It connects to public addresses only, unless the
 * host, host:port or network is on the allow list. A name is resolved once, and the address that was checked is the one that
 * is connected to, so a second DNS answer cannot change it. Literal addresses are checked in `connect`, because undici does
 * not look them up. Redirects are not followed: the 3xx response is returned. Connections are kept alive.
 * @throws EgressDeniedError from `fetch`, before anything is sent
 */
export function createGuardedFetch(options: {
  /** See parseEgressAllow. */
  allow: readonly string[];
  /** A longer response body is cut off with an error. Unlimited if absent, as event streams need it. */
  maxResponseBytes?: number;
}): GuardedFetch {
  const allowed = allowListOf(options.allow);
  // Connections belong to an agent, and the time for connecting to the connector of one. Callers know few such times.
  const agents = new Map<number, Agent>();
  const agentFor = (connectTimeoutMs: number): Agent => {
    const known = agents.get(connectTimeoutMs);
    if (known !== undefined) return known;
    const agent = new Agent({
      connect: guardedConnector(allowed, connectTimeoutMs),
      // The caller's signal sets the other time limits, because a model may think for minutes before it says a word.
      headersTimeout: 0,
      bodyTimeout: 0,
      maxResponseSize: options.maxResponseBytes,
    });
    agents.set(connectTimeoutMs, agent);
    return agent;
  };

  const guarded: DiallingFetch = async (input, { connectTimeoutMs = CONNECT_MS, ...init } = {}) => {
    if (input instanceof Request) throw new TypeError('pass the address and options, not a Request');
    try {
      const dispatcher = agentFor(connectTimeoutMs);
      // undici and the global fetch declare the types of the same classes, which follow the same specification.
      const undiciInit = { ...init, redirect: 'manual', dispatcher } as Parameters<typeof undiciFetch>[1];
      return (await undiciFetch(input, undiciInit)) as unknown as Response;
    } catch (error) {
      if (error instanceof Error && error.cause instanceof EgressDeniedError) throw error.cause;
      throw error;
    }
  };
  return {
    fetch: guarded,
    async close() {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()));
    },
  };
}

const CONNECT_MS = 10_000;

/** A model may be silent for minutes. Probes after this much silence find out within some 10 s whether its host is gone. */
const KEEP_ALIVE_AFTER_MS = 15_000;

function guardedConnector(allowed: AllowList, timeoutMs: number): buildConnector.connector {
  const connectorTo = (hostIsAllowed: boolean) =>
    buildConnector({
      timeout: timeoutMs,
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
  // `process` turns an IPv4-mapped IPv6 address into the IPv4 address that it reaches.
  const parsed = ipaddr.process(address);
  if (allowed.cidrs.some(([network, bits]) => parsed.kind() === network.kind() && parsed.match(network, bits))) {
    return true;
  }
  // Only plain global unicast is allowed. Loopback, private, link-local, unique-local, carrier-grade NAT, multicast and
  // reserved addresses, and the tunnels that can lead to them (6to4, Teredo, NAT64), have range names of their own.
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

/** `host`, `host:port` or `[v6]:port` in the form that the connector compares. */
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
