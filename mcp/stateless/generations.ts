import type { ClientOptions, ConnectOptions } from '@modelcontextprotocol/client';
import { UnauthorizedError } from '@modelcontextprotocol/client';
import { causesOf, codeOf } from '../../processes/error-cause.ts';
import { neverConnected } from '../../processes/network-problem.ts';
import type { McpTransport } from '../tool-call.ts';

/**
 * MCP has two generations. Up to 2025-11-25 a connection begins with `initialize` and may have a session; from 2026-07-28 on
 * each request stands for itself, and `server/discover` says what the server offers.
 */
export type Generation = 'sessions' | 'stateless';

/** `probe` asks with `server/discover` and goes on with `initialize` when the answer says that the server is older. */
export type Opening = 'probe' | 'initialize';

/**
 * The ways to open a connection, in the order in which they are tried. A server may have moved to the other generation since
 * it was last connected to, so what is remembered of it only decides what comes first.
 */
export function openingsOf(kind: McpTransport['kind'], known: Generation | undefined): readonly [Opening, Opening?] {
  if (kind === 'sse') return ['initialize'];
  return known === 'sessions' ? ['initialize', 'probe'] : ['probe', 'initialize'];
}

/** @param probeTimeoutMs how long a server may take to answer the probe */
export function negotiationWithin(probeTimeoutMs: number): ClientOptions['versionNegotiation'] {
  return { mode: 'auto', probe: { timeoutMs: probeTimeoutMs } };
}

/** What overrides the negotiation for an opening. */
export function priorOf(opening: Opening): ConnectOptions['prior'] {
  return opening === 'initialize' ? { kind: 'legacy' } : undefined;
}

/**
 * True if the other opening may succeed: the server answered with a refusal or with something else, or it ended, as some
 * older servers do at a request that comes before `initialize`. False if it was not reached or wants a credential.
 */
export function otherOpeningMayHelp(error: unknown): boolean {
  for (const cause of causesOf(error)) {
    if (cause instanceof UnauthorizedError || statusOf(cause) === 401 || statusOf(cause) === 403) return false;
    const code = codeOf(cause);
    if (code !== undefined && (NEVER_STARTED.includes(code) || neverConnected(code))) return false;
  }
  return true;
}

const NEVER_STARTED: readonly string[] = ['ERR_EGRESS_DENIED', 'ERR_COMMAND_NOT_ALLOWED', 'ENOENT', 'EACCES'];

/** The HTTP status that an error of the SDK reports. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('status' in error && typeof error.status === 'number') return error.status;
  return 'code' in error && typeof error.code === 'number' && error.code >= 300 && error.code < 600
    ? error.code
    : undefined;
}
