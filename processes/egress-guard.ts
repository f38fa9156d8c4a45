import type { LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector, fetch as undiciFetch } from 'undici';
import { boundedResponse } from './bounded-response.ts';
import { createNameLookup, type LookupAll } from './name-lookup.ts';
import {
  type AllowList,
  allowListOf,
  bareHost,
  isAddressAllowed,
  isHostListed,
  isTranslationOfPublic,
} from './public-address.ts';

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
 * A `fetch` that can be told how long a connection may take and how much of a response is read.
 * @param init.connectTimeoutMs the time until there is a connection, TLS included; 10 s by default
 * @param init.maxResponseBytes the most bytes of the decoded body; a longer one ends with a BodyTooLongError
 */
export type DiallingFetch = (
  input: string | URL | Request,
  init?: RequestInit & { readonly connectTimeoutMs?: number; readonly maxResponseBytes?: number | undefined },
) => Promise<Response>;

export interface GuardedFetch {
  readonly fetch: DiallingFetch;
  /**
   * Tells whether an address that somebody names could be dialled, without dialling it, so that it can be refused when it is
   * stored. A name that does not resolve now is not refused. `fetch` checks again, because a name may resolve to something else
   * later.
   * @param url an absolute address with http or https
   */
  check(url: string): Promise<EgressDeniedError | undefined>;
  /** Closes all connections. */
  close(): Promise<void>;
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
 * A `fetch` for addresses that users name (model endpoints, MCP servers, their authorization servers, guardrails). It connects
 * to public addresses only, unless the host, host:port or network is on the allow list. A name is resolved once, and the
 * address that was checked is the one that is connected to, so a second DNS answer cannot change it. A name with one address
 * that is not allowed is refused whole. Literal addresses are checked in `connect`, because undici does not look them up.
 * Redirects are not followed: the 3xx response is returned (processes/follow-redirects.ts follows them). Connections are kept
 * alive. Responses are asked for as they are, without an encoding, and every body is bounded in decoded bytes.
 * @throws EgressDeniedError from `fetch`, before anything is sent; EncodingRefusedError
 */
export function createGuardedFetch(options: {
  /** See parseEgressAllow. */
  allow: readonly string[];
  /** The bound on the body of a response where a request names none. Default: 32 MiB. */
  maxResponseBytes?: number | undefined;
  /** Default: see name-lookup.ts. */
  lookup?: LookupAll | undefined;
}): GuardedFetch {
  const allowed = allowListOf(options.allow);
  const lookup = options.lookup ?? createNameLookup();
  const mostBytes = options.maxResponseBytes ?? MOST_RESPONSE_BYTES;
  // Connections belong to an agent, and the time for connecting to the connector of one. Callers know few such times.
  const agents = new Map<number, Agent>();
  const agentFor = (connectTimeoutMs: number): Agent => {
    const known = agents.get(connectTimeoutMs);
    if (known !== undefined) return known;
    const agent = new Agent({
      connect: guardedConnector(allowed, lookup, connectTimeoutMs),
      // The caller's signal sets the other time limits, because a model may think for minutes before it says a word.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    agents.set(connectTimeoutMs, agent);
    return agent;
  };

  const guarded: DiallingFetch = async (input, request = {}) => {
    const { connectTimeoutMs = CONNECT_MS, maxResponseBytes = mostBytes, ...init } = request;
    if (input instanceof Request) throw new TypeError('pass the address and options, not a Request');
    const { protocol } = new URL(input);
    // The fetch of undici also reads `data:` and `blob:`.
    if (protocol !== 'https:' && protocol !== 'http:') throw new EgressDeniedError(protocol);
    try {
      const dispatcher = agentFor(connectTimeoutMs);
      const headers = new Headers(init.headers);
      headers.set('accept-encoding', 'identity');
      // undici and the global fetch declare the types of the same classes, which follow the same specification.
      const undiciInit = { ...init, headers: [...headers], redirect: 'manual', dispatcher } as Parameters<
        typeof undiciFetch
      >[1];
      return boundedResponse((await undiciFetch(input, undiciInit)) as unknown as Response, maxResponseBytes);
    } catch (error) {
      if (error instanceof Error && error.cause instanceof EgressDeniedError) throw error.cause;
      throw error;
    }
  };
  return {
    fetch: guarded,
    check: (url) => checked(url, allowed, lookup),
    async close() {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()));
    },
  };
}

const CONNECT_MS = 10_000;
const MOST_RESPONSE_BYTES = 32 * 1024 * 1024;

/** A model may be silent for minutes. Probes after this much silence find out within some 10 s whether its host is gone. */
const KEEP_ALIVE_AFTER_MS = 15_000;

function guardedConnector(allowed: AllowList, lookup: LookupAll, timeoutMs: number): buildConnector.connector {
  const connectorWith = (ownLookup: LookupFunction | undefined) =>
    buildConnector({
      timeout: timeoutMs,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_AFTER_MS,
      ...(ownLookup === undefined ? {} : { lookup: ownLookup }),
    } as buildConnector.BuildOptions);
  const open = connectorWith(undefined);
  const guarded = connectorWith(guardedLookup(allowed, lookup));

  return (target, callback) => {
    const host = bareHost(target.hostname);
    const named = isHostListed(host, portOf(target), allowed);
    if (!named && isDeniedByItself(host, allowed)) return callback(new EgressDeniedError(host), null);
    const connect = named ? open : guarded;
    connect(target, (...outcome) => {
      const [error] = outcome;
      if (error === null || error instanceof EgressDeniedError) callback(...outcome);
      else callback(new ConnectFailedError(error), null);
    });
  };
}

/** A DNS lookup that returns only addresses that may be connected to. */
function guardedLookup(allowed: AllowList, lookup: LookupAll): LookupFunction {
  return (hostname, options, callback) => {
    const { family, hints } = options;
    const asked = { all: true, hints, family: typeof family === 'string' ? Number(family.slice(-1)) : family } as const;
    lookup(hostname, asked, (error, addresses) => {
      if (error) return callback(error, []);
      const usable = usableOf(addresses, allowed);
      const first = usable?.[0];
      if (usable === undefined || first === undefined) return callback(new EgressDeniedError(hostname), []);
      if (options.all) return callback(null, usable);
      callback(null, first.address, first.family);
    });
  };
}

/** The addresses of a name that may be connected to; undefined if one of them may not, for then none is trusted. */
function usableOf(addresses: readonly LookupAddress[], allowed: AllowList): LookupAddress[] | undefined {
  const others = addresses.filter(({ address }) => !isTranslationOfPublic(address, allowed));
  return others.every(({ address }) => isAddressAllowed(address, allowed)) ? others : undefined;
}

async function checked(text: string, allowed: AllowList, lookup: LookupAll): Promise<EgressDeniedError | undefined> {
  const url = new URL(text);
  const host = bareHost(url.hostname);
  if (isHostListed(host, portOf(url), allowed)) return undefined;
  const denied = new EgressDeniedError(host);
  if (isDeniedByItself(host, allowed)) return denied;
  if (isIP(host) !== 0) return undefined;
  const addresses = await Promise.race([
    new Promise<LookupAddress[]>((resolve) =>
      lookup(host, { all: true }, (error, found) => resolve(error ? [] : found)),
    ),
    new Promise<LookupAddress[]>((resolve) => setTimeout(resolve, CHECK_MS, []).unref()),
  ]);
  return usableOf(addresses, allowed) === undefined ? denied : undefined;
}

/** A resolver that takes longer does not hold up the request that stores an address. */
const CHECK_MS = 2_000;

/** True for a literal address that is not allowed, and for the names of this machine, whatever they resolve to. */
function isDeniedByItself(host: string, allowed: AllowList): boolean {
  if (isIP(host) !== 0) return !isAddressAllowed(host, allowed);
  return /(?:^|\.)localhost\.?$/.test(host) && !isAddressAllowed('127.0.0.1', allowed);
}

function portOf({ port, protocol }: { readonly port: string; readonly protocol: string }): string {
  return port || (protocol === 'https:' ? '443' : '80');
}
